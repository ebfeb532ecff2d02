/* Metrics of the platform: workers, shots, archive, disk, messages. Gathered when somebody asks for
 * /metrics; a store that does not answer leaves the old values, and the renderer's stay right.
 */
#include "api/handlers.h"

#include "api/platform.h"
#include "base/clock.h"
#include "base/metric.h"
#include "store/archive.h"
#include "store/outbox.h"
#include "store/shot.h"

static struct metric workers =
    METRIC_GAUGE("rounds_round_workers", "state", "Threads that run rounds, by what they do.");
static struct metric shots =
    METRIC_GAUGE("rounds_shots_total", "outcome", "Shots of rounds since the start, by outcome.");
static struct metric queued =
    METRIC_GAUGE("rounds_shots_queued", "state",
                 "Shots that wait, rest before another try, and are being taken.");
static struct metric kept =
    METRIC_GAUGE("rounds_archive_items", "kind", "What the archive holds: rounds, shots, blobs.");
static struct metric bytes =
    METRIC_GAUGE("rounds_archive_bytes", "kind", "Bytes of the database and of pictures and data.");
static struct metric disk =
    METRIC_GAUGE("rounds_disk_free_bytes", NULL, "Bytes free where pictures are kept.");
static struct metric letters =
    METRIC_GAUGE("rounds_letters", "state", "Messages that wait, and that were given up.");

void platform_metrics_register(void)
{
    struct metric *rows[] = {&workers, &shots, &queued, &kept, &bytes, &disk, &letters};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        metric_register(rows[i]);
}

static void gather_store(struct op *op, const struct platform *platform)
{
    struct store_weight weight;
    struct store_queue queue;
    int64_t waiting, dead, free_bytes, total_bytes;
    if (store_archive_weight(op, platform->store, &weight) == 0) {
        metric_set(&kept, "rounds", (double)weight.rounds);
        metric_set(&kept, "shots", (double)weight.shots);
        metric_set(&kept, "blobs", (double)weight.blobs);
        metric_set(&bytes, "blobs", (double)weight.blob_bytes);
        metric_set(&bytes, "database", (double)(weight.file_bytes + weight.log_bytes));
    }
    if (store_shot_queue(op, platform->store, clock_wall_ms(), &queue) == 0) {
        metric_set(&queued, "waiting", (double)queue.waiting);
        metric_set(&queued, "resting", (double)queue.resting);
        metric_set(&queued, "taking", (double)queue.claimed);
    }
    if (store_outbox_counts(op, platform->store, &waiting, &dead) == 0) {
        metric_set(&letters, "waiting", (double)waiting);
        metric_set(&letters, "dead", (double)dead);
    }
    if (blob_space(op, platform->blobs, &free_bytes, &total_bytes) == 0)
        metric_set(&disk, NULL, (double)free_bytes);
}

void platform_metrics_gather(struct call *call)
{
    const struct platform *platform = call->api->platform;
    struct rounds_busy busy;
    struct op part;
    rounds_busy(platform->rounds, &busy);
    metric_set(&workers, "working", busy.working);
    metric_set(&workers, "idle", busy.workers - busy.working);
    metric_set(&shots, "done", (double)busy.shots_done);
    metric_set(&shots, "failed", (double)busy.shots_failed);
    op_init_part(&part, call->op, -1);
    gather_store(&part, platform);
    op_fini(&part);
}
