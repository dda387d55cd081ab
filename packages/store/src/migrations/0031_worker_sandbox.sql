-- What a worker found on its machine to run programs in; null until it has looked.
ALTER TABLE worker
  ADD COLUMN sandbox_tier text CHECK (sandbox_tier IN ('none', 'landlock', 'landlock+bubblewrap')),
  ADD COLUMN sandbox_why text;
