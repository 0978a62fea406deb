/**
 * Times small durable writes the way etcd writes its log (sequential, 2,300 bytes, fdatasync after each), for four
 * seconds or 9,500 writes. Perl and python stop after one second when at least 500 writes were timed and 99 % of them took
 * less than `$2` microseconds: a disk that far from the limit needs no longer look. `$1` is the folder that will be etcd's;
 * its nearest existing parent is used. Prints `method TAB folder`, then fio's JSON or one duration in microseconds a line
 * (`baseline N` for what dd itself costs).
 *
 * The scratch file cannot stay behind: perl and python remove its name before they write to it, the others by a trap, and
 * what a killed run of those left is removed at the start of the next. Exit 1: no folder could be written to.
 */
export const latencyScript = `
LC_ALL=C
export LC_ALL
umask 077
folder=$1 calm=$2
while [ ! -d "$folder" ]; do
  folder=\${folder%/*}
  if [ -z "$folder" ]; then folder=/; fi
done
folder=$(cd -P "$folder" && pwd)
scratch=$folder/.slipway-latency.$$
rm -f "$folder"/.slipway-latency.*
trap 'rm -f "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
has() { command -v "$1" >/dev/null 2>&1; }
started() { printf '%s\\t%s\\n' "$1" "$folder"; }
limited() {
  if has timeout; then timeout 20 "$@"; else "$@"; fi
}
if has perl && perl -MTime::HiRes -e 1 2>/dev/null; then
  started perl
  limited perl - "$scratch" "$calm" <<'PERL'
use strict;
use Time::HiRes qw(time);
my ($scratch, $calm) = @ARGV;
open(my $file, '+>', $scratch) or die "$scratch: $!\\n";
unlink $scratch;
chomp(my $machine = \`uname -m\`);
my ($fdatasync, $fallocate) = $machine eq 'aarch64' ? (83, 47) : (75, 285);
syscall($fallocate, fileno($file), 0, 0, 22 << 20);
my ($block, $begun, $slow) = ('s' x 2300, time, 0);
for my $count (1 .. 9500) {
  my $start = time;
  syswrite($file, $block) == 2300 or die "$scratch: $!\\n";
  syscall($fdatasync, fileno($file)) == 0 or die "$scratch: $!\\n";
  my $now = time;
  my $took = ($now - $start) * 1e6;
  printf "%d\\n", $took;
  $slow++ if $took >= $calm;
  last if $now > $begun + 4 || ($now > $begun + 1 && $count >= 500 && $slow * 100 < $count);
}
PERL
  exit
fi
for python in python3 /usr/libexec/platform-python; do
  if has $python; then
    started python3
    limited $python - "$scratch" "$calm" <<'PYTHON'
import os, sys, time
path, calm = sys.argv[1], float(sys.argv[2])
file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
os.unlink(path)
os.posix_fallocate(file, 0, 22 << 20)
block = b"s" * 2300
begun, slow = time.perf_counter(), 0
for count in range(1, 9501):
    start = time.perf_counter()
    if os.write(file, block) != 2300:
        sys.exit("short write")
    os.fdatasync(file)
    now = time.perf_counter()
    took = (now - start) * 1e6
    print(int(took))
    slow += took >= calm
    if now > begun + 4 or (now > begun + 1 and count >= 500 and slow * 100 < count):
        break
PYTHON
    exit
  fi
done
if has fio; then
  answer=$(limited fio --name=etcd --filename="$scratch" --rw=write --ioengine=sync --fdatasync=1 --bs=2300 \\
    --size=22m --runtime=4 --output-format=json --unlink=1 2>/dev/null </dev/null)
  if [ $? = 0 ]; then
    started fio
    printf '%s\\n' "$answer"
    exit 0
  fi
fi
started dd
: >"$scratch" || exit 1
once() {
  before=$(date +%s%N)
  printf '%02300d' 0 | dd of="$1" bs=2300 count=1 iflag=fullblock oflag=append conv="$2" 2>/dev/null || exit 1
  echo $((($(date +%s%N) - before) / 1000))
}
for _ in 1 2 3 4 5 6 7 8 9; do printf 'baseline %s\\n' "$(once /dev/null notrunc)"; done
until=$(($(date +%s) + 4))
while [ "$(date +%s)" -lt "$until" ]; do once "$scratch" notrunc,fdatasync || exit 1; done
`;
