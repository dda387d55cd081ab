"""Attempts to get out of a sandbox, each of which works without one.

Called with a name and the stage as JSON: prints `escaped`, or `refused` with the reason.
"""

import ctypes, fcntl, json, mmap, os, pty, signal, socket, struct, subprocess, sys, termios, time

libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"
NUMBERS = {  # x86-64, arm64
    "ptrace": (101, 117), "personality": (135, 92), "add_key": (248, 217), "inotify_init1": (294, 26),
    "process_vm_readv": (310, 270), "memfd_create": (319, 279), "io_uring_setup": (425, 425),
    "shmget": (29, 194), "shmctl": (31, 195), "mq_unlink": (241, 181), "unshare": (272, 97), "mount": (165, 40), "chroot": (161, 51), "bpf": (321, 280),
    "perf_event_open": (298, 241), "setxattr": (188, 5), "mq_open": (240, 180), "clone3": (435, 435),
    "prlimit64": (302, 261), "inotify_add_watch": (254, 27), "truncate": (76, 45), "ioprio_set": (251, 30),
}


def call(name, *arguments):
    """A system call by its number, past every library."""
    number = NUMBERS[name][0 if X86 else 1]
    converted = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *converted)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result


def connected(family, kind, address, data=b"x"):
    with socket.socket(family, kind) as s:
        s.settimeout(2)
        s.connect(address)
        try:
            s.send(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever listens has hung up, so somebody was reached
    return True


# Files
def read_outside(at): return "outside" in open(at["file"]).read()
def read_by_link(at): os.symlink(at["file"], "link"); return "outside" in open("link").read()
def read_by_descriptor(at): return os.read(os.open("/proc/self/fd/%d" % os.open(at["file"], os.O_PATH), os.O_RDONLY), 7) == b"outside"
def list_outside(at): return len(os.listdir(at["outside"])) > 0
def read_other_run(at): return len(open(at["otherRun"]).read()) > 0
def write_outside(at): open(at["file"], "a").write(""); return True
def create_outside(at): open(at["outside"] + "/new", "x").close(); os.unlink(at["outside"] + "/new"); return True
def truncate_outside(at): return call("truncate", at["spare"].encode(), 3) == 0
def rename_outside(at): os.rename(at["spare"], at["spare"] + ".moved"); os.rename(at["spare"] + ".moved", at["spare"]); return True
def link_outside(at): os.link(at["spare"], "hard"); return True
def delete_outside(at): os.unlink(at["spare"]); return True
def chmod_outside(at): os.chmod(at["file"], 0o644); return True
def touch_outside(at): os.utime(at["file"]); return True
def attribute_outside(at): return call("setxattr", at["file"].encode(), b"user.x", b"1", 1, 0) == 0
def execute_outside(at): return subprocess.run([at["program"]]).returncode == 0
def watch_outside(at): return call("inotify_add_watch", call("inotify_init1", 0), at["outside"].encode(), 0x100) > 0
def environment(at): return "s3cret" in os.environ.get("FLOTILLA_SANDBOX_SECRET", "")


# The network, and other ways to talk to somebody
def tcp(at): return connected(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", at["tcp"]))
def tcp6(at): return connected(socket.AF_INET6, socket.SOCK_STREAM, ("::1", at["tcp6"]))
def udp(at): return connected(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", at["udp"]))
def listen(at): s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); return True
def unix(at): return connected(socket.AF_UNIX, socket.SOCK_STREAM, at["unix"])
def abstract(at): s = socket.socket(socket.AF_UNIX); s.bind("\0flotilla-%d" % os.getpid()); s.listen(); return connected(socket.AF_UNIX, socket.SOCK_STREAM, "\0flotilla-%d" % os.getpid())
def unix_in_workspace(at): s = socket.socket(socket.AF_UNIX); s.bind("own.sock"); s.listen(); return True
def datagram_pair(at): a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); return True
def netlink(at): socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).bind((0, 0)); return True
def io_uring(at): return call("io_uring_setup", 4, ctypes.create_string_buffer(120)) > 0
def pass_descriptors(at): a, b = socket.socketpair(); socket.send_fds(a, [b"x"], [0]); return len(socket.recv_fds(b, 1, 1)[1]) == 1


# Other processes
def signal_outside(at): os.kill(at["victim"], signal.SIGWINCH); return True
def environment_of_other(at): return b"VICTIM" in open("/proc/%d/environ" % at["victim"], "rb").read()
def memory_of_other(at): return open("/proc/%d/maps" % at["victim"]).read() != ""
def list_processes(at): return str(at["victim"]) in os.listdir("/proc")
def limits_of_other(at): return call("prlimit64", at["victim"], 7, None, ctypes.create_string_buffer(struct.pack("QQ", 0, 0))) == 0 and call("prlimit64", at["victim"], 7, ctypes.create_string_buffer(struct.pack("QQ", 256, 256)), None) == 0
def priority_of_other(at): os.setpriority(os.PRIO_PROCESS, at["victim"], 10); return True
def affinity_of_other(at): os.sched_setaffinity(at["victim"], {0}); return True


def own_child():
    pid = os.fork()
    if pid == 0:
        time.sleep(5)
        os._exit(0)
    return pid


def trace(at):
    pid = own_child()
    try:
        call("ptrace", 16, pid, None, None)
        os.waitpid(pid, 0)
        return True
    finally:
        os.kill(pid, signal.SIGKILL)


def read_memory(at):
    pid, have = own_child(), ctypes.create_string_buffer(b"secret")
    got = ctypes.create_string_buffer(7)
    vector = lambda b: ctypes.create_string_buffer(struct.pack("PL", ctypes.addressof(b), 6))
    try:
        return call("process_vm_readv", pid, vector(got), 1, vector(have), 1, 0) == 6
    finally:
        os.kill(pid, signal.SIGKILL)


# The kernel
def as_nobody():
    """Without any right, so that whoever has one afterwards got it."""
    try:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
    except OSError:
        pass  # it has none anyway


def setuid_program(at):
    """Starts one that belongs to root, and sees whether it has root's rights."""
    child = subprocess.Popen(["/usr/bin/su"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=as_nobody)
    try:
        until = time.time() + 2
        while time.time() < until and child.poll() is None:
            status = open("/proc/%d/status" % child.pid).read()
            if "Name:\tsu\n" in status and int(status.split("CapEff:")[1].split()[0], 16): return True
        return False
    finally:
        child.kill()


def terminal_input(at):
    """Types into a terminal, whose shell would do what it says."""
    _, terminal = pty.openpty()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
            fcntl.ioctl(terminal, termios.TIOCSTI, b"x")
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def inherited_descriptor(at):
    """What whoever started it has open."""
    for fd in range(3, 64):
        try:
            if b"outside" in os.pread(fd, 100, 0): return True
        except OSError:
            pass
    return False


def keys(at): return call("add_key", b"user", b"flotilla", b"x", 1, -3) > 0
def memory_file(at): return call("memfd_create", b"x", 0) > 0
def shared_memory(at): return call("shmctl", call("shmget", 0, 4096, 0o1600), 0, None) == 0
def message_queue(at): return call("mq_open", b"flotilla", os.O_CREAT | os.O_RDWR, 0o600, None) >= 0 and call("mq_unlink", b"flotilla") == 0
def personality(at): return call("personality", 0x0040000) >= 0 and call("personality", 0xFFFFFFFF) == 0x40000
def user_namespace(at): return call("unshare", 0x10000000) == 0
def network_namespace(at): return call("unshare", 0x40000000) == 0
def mount(at): return call("unshare", 0x20000) == 0 and call("mount", b"none", b"/mnt", b"tmpfs", 0, None) == 0
def chroot(at): return call("chroot", at["outside"].encode()) == 0
def load_bpf(at): return call("bpf", 0, ctypes.create_string_buffer(struct.pack("IIIII", 2, 4, 8, 1, 0) + b"\0" * 100), 72) > 0
def counters(at): return call("perf_event_open", ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 0) + b"\0" * 96), 0, -1, -1, 0) > 0


def clone_with_flags_in_memory(at):
    """With nothing in it the kernel says that it is not valid, which shows that it was asked."""
    try:
        return call("clone3", None, 0) > 0
    except OSError as error:
        return error.errno == 22


# More than its share; within that time, in seconds, the supervisor has looked
looked = 2


def fork_bomb(at):
    children = []
    for _ in range(at["tasks"]):
        pid = os.fork()
        if pid == 0:
            time.sleep(10)
            os._exit(0)
        children.append(pid)
    time.sleep(looked)
    for pid in children: os.kill(pid, signal.SIGKILL)
    return True


def fork_in_sessions(at):
    """A bomb that leaves its group with every step."""
    done = []
    for _ in range(at["tasks"]):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            time.sleep(10)
            os._exit(0)
        done.append(pid)
    time.sleep(looked)
    for pid in done: os.kill(pid, signal.SIGKILL)
    return True


def memory(at):
    held = bytearray(at["memory"])
    for i in range(0, len(held), 4096): held[i] = 1
    time.sleep(0.2)
    return True


def memory_in_children(at):
    children = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            held = bytearray(at["memory"] // 4)
            for i in range(0, len(held), 4096): held[i] = 1
            time.sleep(3)
            os._exit(0)
        children.append(pid)
    time.sleep(2)
    return all(os.waitpid(pid, 0)[1] == 0 for pid in children)


def memory_shared(at):
    held = mmap.mmap(-1, at["memory"])
    for i in range(0, len(held), 4096): held[i] = 1
    time.sleep(0.2)
    return True


def disk(at):
    for i in range(at["disk"] // 1_000_000): open("f%d" % i, "wb").write(b"x" * 1_000_000)
    time.sleep(looked)
    return True


def many_files(at):
    for i in range(at["files"]): open("n%d" % i, "wb").close()
    time.sleep(looked)
    return True


def huge_file(at):
    with open("huge", "wb") as f: f.seek(at["disk"]); f.write(b"x")
    return True


def descriptors(at):
    held = [os.open("/dev/null", os.O_RDONLY) for _ in range(at["descriptors"])]
    return len(held) == at["descriptors"]


def cpu(at):
    until = time.process_time() + at["cpu"]
    while time.process_time() < until: pass
    return True


def wall(at): time.sleep(at["wall"]); return True


def output(at):
    for _ in range(at["output"] // 100_000): sys.stdout.write("x" * 99_999 + "\n")
    sys.stdout.flush()
    sys.stdout.write("\n")
    return True


def daemon(at):
    """Leaves a process behind that writes a mark later; whoever started this looks for the mark."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for i in range(3, 64):
                try: os.close(i)
                except OSError: pass
            null = os.open("/dev/null", os.O_RDWR)
            for i in range(3): os.dup2(null, i)
            time.sleep(1)
            open("mark", "w").write("still here")
        os._exit(0)
    return True


if __name__ == "__main__":
    name, stage = sys.argv[1], json.loads(sys.argv[2])
    try:
        result = globals()[name](stage)
        print("escaped" if result else "refused: nothing came of it", flush=True)
    except BaseException as error:
        print("refused: %s: %s" % (type(error).__name__, error), flush=True)
