/* `rounds jwks`: the public keys of our JWT issuer as a file, for Grafanas that take no jwk_set_url: in
 * production they refuse one that is not https.
 */
#include "cli/command.h"

#include <stdio.h>

int command_jwks(struct invocation *in)
{
    struct settings *settings;
    const char *keys;
    if (in->argc > 1)
        return op_fail(in->op, ERR_BAD_INPUT, "jwks does not take \"%s\"", in->argv[1]);
    if (invocation_settings(in, &settings) < 0 || app_print_jwks(in->op, settings, &keys) < 0)
        return -1;
    printf("%s\n", keys);
    return 0;
}
