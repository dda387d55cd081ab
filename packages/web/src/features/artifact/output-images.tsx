import type { Json } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { isShownImage } from "../../components/shown-image.ts";
import { ArtifactImage } from "./artifact-image.tsx";
import { artifactQuery } from "./artifact-queries.ts";
import { artifactsIn } from "./artifacts-in.ts";

/** The images among the artifacts that a result names. */
export function OutputImages({ output }: { output: Json }) {
  return artifactsIn(output).map((id) => <OutputImage key={id} id={id} />);
}

function OutputImage({ id }: { id: string }) {
  const { data } = useQuery(artifactQuery(id));
  if (!data || !isShownImage(data.mediaType)) return null;
  return (
    <Link to="/artifacts/$artifactId" params={{ artifactId: id }} aria-label={`Open ${data.name}`}>
      <ArtifactImage id={id} mediaType={data.mediaType} name={data.name} />
    </Link>
  );
}
