/**
 * Measures the way to other machines. Arguments: the MTU steps separated by commas, then `name address port mtu` for
 * each peer (mtu 0 when unknown). Prints the method, then `name tcp-ms ping-ms path-mtu` for each peer, `-` for none.
 *
 * With perl (Debian's perl-base is enough) all peers are asked at once by one process: non-blocking connects, then echo
 * requests of every size with the don't-fragment bit. IP_PMTUDISC_PROBE keeps the kernel from answering out of its path
 * MTU cache. Elsewhere ping and bash do the same, a few peers at a time. Nothing waits longer than three seconds a peer.
 */
export const reachScript = `
LC_ALL=C
export LC_ALL
has() { command -v "$1" >/dev/null 2>&1; }
if has perl && perl -MSocket -MTime::HiRes -MFcntl -e 1 2>/dev/null; then
  echo perl
  perl - "$@" <<'PERL'
use strict;
use Socket;
use Fcntl;
use Time::HiRes qw(time);
my @steps = split /,/, shift @ARGV;
my @peers;
while (@ARGV) {
  my ($name, $address, $port, $mtu) = splice @ARGV, 0, 4;
  push @peers, { name => $name, ip => inet_aton($address), port => $port, mtu => $mtu };
}
for my $peer (@peers) {
  socket(my $s, AF_INET, SOCK_STREAM, 0) or next;
  fcntl($s, F_SETFL, fcntl($s, F_GETFL, 0) | O_NONBLOCK);
  $peer->{start} = time;
  if (connect($s, sockaddr_in($peer->{port}, $peer->{ip})) || $!{EINPROGRESS}) { $peer->{socket} = $s }
}
my $deadline = time + 3;
while (time < $deadline && grep { $_->{socket} } @peers) {
  my $wanted = '';
  vec($wanted, fileno($_->{socket}), 1) = 1 for grep { $_->{socket} } @peers;
  select(undef, my $ready = $wanted, undef, $deadline - time) > 0 or next;
  for my $peer (grep { $_->{socket} } @peers) {
    next unless vec($ready, fileno($peer->{socket}), 1);
    my $error = unpack 'i', getsockopt($peer->{socket}, SOL_SOCKET, SO_ERROR);
    $peer->{tcp} = (time - $peer->{start}) * 1000 if $error == 0;
    close delete $peer->{socket};
  }
}
sub checksum {
  my $sum = 0;
  $sum += $_ for unpack 'n*', $_[0] . (length($_[0]) % 2 ? "\\0" : '');
  $sum = ($sum >> 16) + ($sum & 0xffff) while $sum >> 16;
  return ~$sum & 0xffff;
}
my $id = $$ & 0xffff;
if (socket(my $icmp, AF_INET, SOCK_RAW, 1)) {
  setsockopt($icmp, 0, 10, pack('i', 3));
  setsockopt($icmp, SOL_SOCKET, SO_RCVBUF, pack('i', 4 << 20));
  my @sizes = map { my $peer = $_; [84, $peer->{mtu} || (), grep { !$peer->{mtu} || $_ < $peer->{mtu} } @steps] } @peers;
  my $pending = sub { grep { my $s = $sizes[$_]; !$peers[$_]{answered}{ $peers[$_]{mtu} || $s->[1] } } 0 .. $#peers };
  for my $round (0 .. 2) {
    for my $p ($pending->()) {
      my $last = $round == 0 ? 1 : $#{ $sizes[$p] };
      for my $i (0 .. $last) {
        my $size = $sizes[$p][$i] or next;
        my $sequence = $p * 16 + $i;
        my $packet = pack('CCnnn', 8, 0, 0, $id, $sequence & 0xffff) . ('s' x ($size - 28));
        substr($packet, 2, 2) = pack 'n', checksum($packet);
        $peers[$p]{sent}{$i} = time;
        send($icmp, $packet, 0, sockaddr_in(0, $peers[$p]{ip}));
      }
    }
    my $until = time + 1;
    while (time < $until && $pending->()) {
      my $wanted = '';
      vec($wanted, fileno($icmp), 1) = 1;
      select(my $ready = $wanted, undef, undef, $until - time) > 0 or next;
      my $from = recv($icmp, my $packet, 65536, 0) or next;
      my $header = (ord(substr $packet, 0, 1) & 15) * 4;
      my ($type, undef, undef, $theirs, $sequence) = unpack 'CCnnn', substr $packet, $header, 8;
      next unless $type == 0 && $theirs == $id;
      my ($p, $i) = (int($sequence / 16), $sequence % 16);
      next unless $peers[$p] && (sockaddr_in($from))[1] eq $peers[$p]{ip};
      $peers[$p]{answered}{ $sizes[$p][$i] } = 1;
      $peers[$p]{ping} = (time - $peers[$p]{sent}{$i}) * 1000 if !defined $peers[$p]{ping};
    }
    last unless $pending->();
  }
}
for my $peer (@peers) {
  my ($mtu) = sort { $b <=> $a } grep { $_ > 84 } keys %{ $peer->{answered} || {} };
  $mtu = 84 if !$mtu && $peer->{answered}{84};
  printf "%s %s %s %s\\n", $peer->{name}, (map { defined $_ ? sprintf('%.2f', $_) : '-' } $peer->{tcp}, $peer->{ping}), $mtu || '-';
}
PERL
  exit
fi
echo ping
steps=$(printf '%s' "$1" | tr ',' ' ')
shift
bounded() {
  if has timeout; then timeout "$@"; else shift && "$@"; fi
}
one() {
  tcp=-
  reply=-
  path=-
  start=$(date +%s%N)
  if has bash; then
    if bounded 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$2" "$3" 2>/dev/null; then tcp=$((($(date +%s%N) - start) / 1000000)); fi
  elif has nc; then
    if bounded 3 nc -z -w 3 "$2" "$3" 2>/dev/null; then tcp=$((($(date +%s%N) - start) / 1000000)); fi
  fi
  if has ping; then
    start=$(date +%s%N)
    if ping -n -q -c 1 -W 1 -s 56 "$2" >/dev/null 2>&1; then
      reply=$((($(date +%s%N) - start) / 1000000))
      path=84
      for size in $4 $steps; do
        if [ "$size" = 0 ] || { [ "$4" != 0 ] && [ "$size" -gt "$4" ]; }; then continue; fi
        if ping -n -q -c 2 -i 0.2 -W 1 -M do -s $((size - 28)) "$2" >/dev/null 2>&1; then
          path=$size
          break
        fi
      done
    fi
  fi
  printf '%s %s %s %s\\n' "$1" "$tcp" "$reply" "$path"
}
running=0
while [ $# -ge 4 ]; do
  one "$1" "$2" "$3" "$4" </dev/null &
  shift 4
  running=$((running + 1))
  if [ $running -ge 16 ]; then
    wait
    running=0
  fi
done
wait
`;
