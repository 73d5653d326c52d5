# A webhook for the demo: appends the body of each POST on 127.0.0.1 to a file, a line each, and answers 204.
#
#   perl webhook.pl PORT FILE
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $file) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 5, ReuseAddr => 1)
    or die "cannot listen on port $port: $!\n";
while (my $client = $server->accept) {
    my $length = 0;
    while (my $line = <$client>) {
        $length = $1 if $line =~ /^content-length:\s*(\d+)/i;
        last if $line =~ /^\r?\n$/;
    }
    my $body = '';
    read($client, $body, $length) if $length;
    if (length $body) {
        open(my $log, ">>", $file) or die "cannot write $file: $!\n";
        print $log "$body\n";
        close $log;
    }
    print $client "HTTP/1.1 204 No Content\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    close $client;
}
