/* The table of formats. */
#include "render/print.h"

#include "base/assert.h"
#include "render/shoot.h"

static const struct printer rows[] = {
    [RENDER_PNG] = {"png", "image/png", true, shoot_viewport},
    [RENDER_JPEG] = {"jpeg", "image/jpeg", true, shoot_viewport},
    [RENDER_WEBP] = {"webp", "image/webp", true, shoot_viewport},
    [RENDER_PDF] = {"pdf", "application/pdf", false, print_pdf},
};

const struct printer *printer_of(enum render_format format)
{
    ASSERT((size_t)format < sizeof rows / sizeof *rows);
    return &rows[format];
}

bool render_format_find(const char *name, enum render_format *out)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (bytes_eq_nocase(bytes_of(name), bytes_of(rows[i].name))) {
            *out = (enum render_format)i;
            return true;
        }
    }
    return false;
}
