/* The server's side of SOCKS5 (RFC 1928), as far as browsers speak it. Private to gate/. Pure. */
#ifndef GATE_SOCKS_H
#define GATE_SOCKS_H

#include "gate/gate.h"

enum socks_result { SOCKS_MORE, SOCKS_GOOD, SOCKS_BAD };

enum { SOCKS_OK = 0, SOCKS_NOT_ALLOWED = 2, SOCKS_UNREACHABLE = 4, SOCKS_COMMAND = 7 };

/* "I can do these methods": good if "no authentication" is among them. */
enum socks_result socks_read_greeting(struct bytes heard, size_t *used);
/* "Connect me to …": the host as it was sent, not canonical; addresses in text form. */
enum socks_result socks_read_request(struct bytes heard, size_t *used, char host[GATE_HOST_MAX],
                                     int *port);
enum { SOCKS_ANSWER_SIZE = 10 };
void socks_write_answer(int code, char out[SOCKS_ANSWER_SIZE]);

#endif
