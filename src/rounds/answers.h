/* Grafana's own answers behind a picture (data frames), in the form in which they are kept. Pure.
 *
 *     {"format": "grafana-frames-1", "note": "complete" | "bounded",
 *      "answers": [{"panel": "3", "datasource": "uid", "status": 200, "answer": {"results": …}}]}
 *
 * "answer" is what the data source's API said, word for word; where that is no JSON, it is a text.
 */
#ifndef ROUNDS_ANSWERS_H
#define ROUNDS_ANSWERS_H

#include "render/render.h"

/* That document as gzip, in the arena; n = 0: there is nothing to keep. is_json[i]: whoever read
 * result->frames[i] found it to be JSON. Answers that would make it longer than max (unpacked) are
 * left out, and the note says so. */
struct bytes answers_pack(struct arena *arena, const struct render_result *result,
                          const bool *is_json, size_t max);

#endif
