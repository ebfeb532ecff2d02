/* Pure: dashboards into the tree of folders they lie in, however deep. */
import type { DashboardRef } from '~/api/types'

export interface FolderRef {
    uid: string
    title: string
    parent_uid: string | null
}

export interface Folder {
    /** null: dashboards in no folder. */
    uid: string | null
    title: string
    items: DashboardRef[]
    kids: Folder[]
}

/** Only folders with a dashboard somewhere below; in the order in which the server names them. */
export function treeOf(folders: FolderRef[], dashboards: DashboardRef[], rootTitle: string): Folder[] {
    const byUid = new Map<string, Folder>(folders.map((x) => [x.uid, { uid: x.uid, title: x.title, items: [], kids: [] }]))
    const loose: Folder = { uid: null, title: rootTitle, items: [], kids: [] }
    for (const d of dashboards) {
        if (!d.folder_uid) {
            loose.items.push(d)
            continue
        }
        const folder = byUid.get(d.folder_uid) ?? { uid: d.folder_uid, title: d.folder_title ?? d.folder_uid, items: [], kids: [] }
        byUid.set(d.folder_uid, folder)
        folder.items.push(d)
    }
    const parentOf = new Map(folders.map((x) => [x.uid, x.parent_uid]))
    const roots: Folder[] = []
    for (const [uid, folder] of byUid) {
        const parent = byUid.get(parentOf.get(uid) ?? '')
        if (parent && parent !== folder) parent.kids.push(folder)
        else roots.push(folder)
    }
    const isFull = (x: Folder): boolean => x.items.length > 0 || x.kids.some(isFull)
    const prune = (list: Folder[]): Folder[] => list.filter(isFull).map((x) => ({ ...x, kids: prune(x.kids) }))
    return prune(loose.items.length ? [...roots, loose] : roots)
}

export function dashboardsIn(folder: Folder): DashboardRef[] {
    return [...folder.items, ...folder.kids.flatMap(dashboardsIn)]
}
