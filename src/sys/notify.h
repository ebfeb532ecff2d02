/* Telling systemd how the service is (sd_notify's protocol: one datagram to $NOTIFY_SOCKET). Does
 * nothing without systemd. Source: the manual page sd_notify(3). */
#ifndef SYS_NOTIFY_H
#define SYS_NOTIFY_H

void notify_ready(void);
void notify_stopping(void);

#endif
