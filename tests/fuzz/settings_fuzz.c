/* Any bytes as a settings file: no crash, and a refusal says where. Covers the YAML reader too. */
#include "app/settings.h"

#include "base/assert.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
    struct op op;
    struct settings *settings;
    char path[64];
    op_init(&op, -1);
    int fd = memfd_create("settings", MFD_CLOEXEC);
    ASSERT(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (settings_load(&op, path, NULL, 0, &settings) < 0) {
        ASSERT(*op.err_text);
    } else {
        size_t grafanas_n;
        const struct settings_grafana *grafanas = settings_grafanas(settings, &grafanas_n);
        for (size_t i = 0; i < grafanas_n; i++)
            ASSERT(grafanas[i].origin && *grafanas[i].origin);
        ASSERT(settings_int(settings, SET_WORKERS) >= 4);
    }
    close(fd);
    op_fini(&op);
    return 0;
}
