/* Folders and dashboards that an identity may see, page by page. Any thread.
 *
 * Grafana tells no total: pages are asked for until one comes back short. Ceilings stop a server
 * that never ends.
 */
#include "grafana/client.h"

#include "base/url.h"
#include "grafana/dashboard_build.h"

#include <string.h>

enum { PAGE_SIZE = 1000, FOLDERS_MAX = 20000, PATH_MAX_BYTES = 4096 };

struct folder_list {
    struct grafana_folder *items;
    size_t n, max;
};

static void add_folder(struct arena *arena, struct folder_list *list, struct grafana_folder folder)
{
    if (list->n == list->max) {
        size_t max = list->max ? list->max * 2 : 64;
        struct grafana_folder *items = ARENA_ARRAY(arena, struct grafana_folder, max);
        if (list->n)
            memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        list->max = max;
    }
    list->items[list->n++] = folder;
}

static int list_children(struct op *op, struct grafana *grafana, const char *parent,
                         struct folder_list *list)
{
    for (int page = 1; list->n < FOLDERS_MAX; page++) {
        struct grafana_answer answer;
        struct str *path = str_new(&op->arena, PATH_MAX_BYTES);
        str_addf(path, "/api/folders?limit=%d&page=%d", PAGE_SIZE, page);
        if (*parent) {
            str_adds(path, "&parentUid=");
            url_encode(path, bytes_of(parent));
        }
        if (grafana_get(op, grafana, path->p, GRAFANA_JSON, &answer))
            return -1;
        for (size_t i = 0; i < jv_len(answer.json); i++) {
            const struct jv *json = jv_item(answer.json, i);
            struct grafana_folder folder = {jv_text_at(json, "uid", ""),
                                            jv_text_at(json, "title", ""), parent};
            add_folder(&op->arena, list, folder);
        }
        if (jv_len(answer.json) < PAGE_SIZE)
            break;
    }
    return 0;
}

static bool is_new(const struct folder_list *list, const char *uid, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(list->items[i].uid, uid) == 0)
            return false;
    return *uid != 0;
}

/* Those below the ones in the list, each after its parent. */
static int add_nested(struct op *op, struct grafana *grafana, struct folder_list *list)
{
    for (size_t i = 0; i < list->n && list->n < FOLDERS_MAX; i++) {
        struct folder_list children = {0};
        if (list_children(op, grafana, list->items[i].uid, &children)) {
            if (op->err != ERR_TARGET_MISSING)
                return -1;
            op_clear(op); /* gone, or not ours to look into: what it has cannot be seen either */
        }
        /* Grafana before 10 ignores parentUid and answers all of the root again. */
        if (!is_new(&children, list->items[i].uid, children.n))
            continue;
        for (size_t k = 0; k < children.n; k++)
            if (is_new(list, children.items[k].uid, list->n))
                add_folder(&op->arena, list, children.items[k]);
    }
    return 0;
}

int grafana_list_folders(struct op *op, struct grafana *grafana, struct grafana_folder **out,
                         size_t *out_n)
{
    struct folder_list list = {0};
    if (list_children(op, grafana, "", &list) || add_nested(op, grafana, &list))
        return -1;
    *out = list.items;
    *out_n = list.n;
    return 0;
}

int grafana_list_below(struct op *op, struct grafana *grafana, const char *uid,
                       struct grafana_folder **out, size_t *out_n)
{
    struct folder_list list = {0};
    add_folder(&op->arena, &list, (struct grafana_folder){uid, "", ""});
    if (strcmp(uid, "general") != 0 && add_nested(op, grafana, &list))
        return -1;
    *out = list.items;
    *out_n = list.n;
    return 0;
}

static void add_parameter(struct str *path, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    str_addf(path, "&%s=", name);
    url_encode(path, bytes_of(value));
}

static void read_hit(struct arena *arena, const struct jv *json, struct grafana_hit *out)
{
    *out = (struct grafana_hit){
        .uid = jv_text_at(json, "uid", ""),
        .title = jv_text_at(json, "title", ""),
        .folder_uid = jv_text_at(json, "folderUid", ""),
        .folder_title = jv_text_at(json, "folderTitle", ""),
        .url = jv_text_at(json, "url", ""),
        .slug = jv_text_at(json, "slug", ""),
    };
    dashboard_read_texts(arena, jv_get(json, "tags"), &out->tags, &out->tag_n);
}

static int search_page(struct op *op, struct grafana *grafana, const struct grafana_search *ask,
                       int page, const struct jv **out)
{
    struct grafana_answer answer;
    struct str *path = str_new(&op->arena, PATH_MAX_BYTES);
    str_addf(path, "/api/search?type=dash-db&sort=alpha-asc&limit=%d&page=%d",
             ask->limit > 0 ? ask->limit : PAGE_SIZE, page);
    add_parameter(path, "query", ask->query);
    add_parameter(path, "folderUIDs", ask->folder_uid);
    add_parameter(path, "tag", ask->tag);
    if (grafana_get(op, grafana, path->p, GRAFANA_JSON, &answer))
        return -1;
    *out = answer.json;
    return 0;
}

int grafana_find_dashboards(struct op *op, struct grafana *grafana,
                            const struct grafana_search *ask, struct grafana_hit **out,
                            size_t *out_n, bool *has_more)
{
    size_t limit = ask->limit > 0 ? (size_t)ask->limit : PAGE_SIZE, n = 0, max = 0;
    struct grafana_hit *items = NULL;
    *has_more = false;
    for (int page = ask->page > 0 ? ask->page : 1;; page++) {
        const struct jv *hits;
        if (search_page(op, grafana, ask, page, &hits))
            return -1;
        size_t found = jv_len(hits);
        if (n + found > max) {
            max = (n + found) * 2;
            struct grafana_hit *more = ARENA_ARRAY(&op->arena, struct grafana_hit, max);
            if (n)
                memcpy(more, items, n * sizeof *more);
            items = more;
        }
        for (size_t i = 0; i < found; i++)
            read_hit(&op->arena, jv_item(hits, i), &items[n++]);
        *has_more = found >= limit;
        if (ask->page > 0 || !*has_more || n >= GRAFANA_HITS_MAX)
            break;
    }
    *out = items;
    *out_n = n;
    return 0;
}
