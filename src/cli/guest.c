/* Opens what a command needs to work beside the daemon: no lock is taken, nothing is repaired, no
 * thread is started. Main thread.
 */
#include "cli/guest.h"

int guest_open(struct invocation *in, struct guest *out)
{
    *out = (struct guest){0};
    if (invocation_settings(in, &out->settings) < 0 ||
        data_open(in->op, out->settings, STORE_GUEST, &out->data) < 0)
        return -1;
    struct rounds_conf conf = {.store = out->data.store,
                               .blobs = &out->data.blobs,
                               .keys = out->data.keys,
                               .data_dir = out->data.dir,
                               .archive_max = settings_int(out->settings, SET_ARCHIVE_MAX)};
    if (rounds_open(in->op, &conf, &out->rounds) == 0)
        return 0;
    data_close(&out->data);
    return -1;
}

void guest_close(struct guest *guest)
{
    rounds_close(guest->rounds);
    guest->rounds = NULL;
    data_close(&guest->data);
}
