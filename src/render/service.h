/* The inside of the render service, shared by the files of render/. */
#ifndef RENDER_SERVICE_H
#define RENDER_SERVICE_H

#include "render/render.h"

struct learnt;

const struct render_conf *service_conf(const struct render *render);
struct learnt *service_learnt(struct render *render);

#endif
