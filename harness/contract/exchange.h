/* One exchange of accept, mode=rate: the client connects and sends a request of `bytes` bytes; the
 * server, once it has all of them, sends a response of as many; the client, once it has those,
 * resets the connection; the server sees that and closes.
 *
 * The client ends it, because the end that closes first keeps the port pair for a minute
 * (TIME_WAIT), and it does so by a reset, because then neither end keeps anything. The latency of
 * an exchange is over with the response's last byte: how soon the server notices the end is part of
 * its CPU time, not of a client's wait. */
#ifndef HARNESS_CONTRACT_EXCHANGE_H
#define HARNESS_CONTRACT_EXCHANGE_H

#define EXCHANGE_BYTES_MAX 65536u

/* What requests and responses are filled with. */
#define EXCHANGE_REQUEST_BYTE 'q'
#define EXCHANGE_RESPONSE_BYTE 'r'

#endif
