/* The web UI: its files out of the program itself, and its pages.
 *
 * The UI has addresses of its own (/plans/k3j9), which all get the one HTML document; its script
 * then shows the room. Whatever looks like a file and is none stays not found.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "httpd/httpd.h"

/* Answers a GET that no route has, if it is the UI's. False: not answered. Never blocks; any
 * thread. */
bool web_serve(struct httpd_request *req);
/* Built without the UI: "/" then says so. */
bool web_is_there(void);

#endif
