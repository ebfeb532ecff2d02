/* How tall each dashboard was when it was last seen whole. A hint: a page that is loaded in a
 * viewport of its own height needs no second layout, and whoever takes it still asks the page for
 * its extent. Any thread; does not block. Private to render/.
 */
#ifndef RENDER_HEIGHTS_H
#define RENDER_HEIGHTS_H

struct heights;

struct heights *heights_new(void);
void heights_free(struct heights *heights);
/* CSS pixels; 0: never seen. */
int heights_find(struct heights *heights, const char *origin, const char *uid, int width_px);
void heights_note(struct heights *heights, const char *origin, const char *uid, int width_px,
                  int height_px);

#endif
