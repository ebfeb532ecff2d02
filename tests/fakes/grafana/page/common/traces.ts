// For tests of tabs that serve one identity after another: what is still to be found in the browser of whoever was here
// before. Told to the server and then overwritten with this identity's own mark. Only with the server's option --traces.
import { bootData, requestHeaders } from './bootData';

const NAME = 'grafana.stand-in.identity';

interface Trace {
  where: string;
  mark: string;
}

const ofCookie = (): string | null => {
  const found = document.cookie.split('; ').find((c) => c.startsWith(`${NAME}=`));
  return found ? decodeURIComponent(found.slice(NAME.length + 1)) : null;
};

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore('marks');
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

function inDatabase<T>(db: IDBDatabase, mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    const request = act(db.transaction('marks', mode).objectStore('marks'));
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

export async function exchangeTraces(): Promise<void> {
  const { user } = bootData;
  const mine = `${user.authenticatedBy ?? ''}/${user.login}/${user.id}/${user.orgId}`;
  const db = await openDatabase();
  const caches = await window.caches?.open(NAME);
  const cached = await caches?.match('/mark');
  const all: [string, string | null | undefined][] = [
    ['localStorage', localStorage.getItem(NAME)],
    ['sessionStorage', sessionStorage.getItem(NAME)],
    ['cookie', ofCookie()],
    ['window.name', window.name],
    ['indexedDB', await inDatabase<string | undefined>(db, 'readonly', (store) => store.get('mark') as IDBRequest<string | undefined>)],
    ['cacheStorage', cached && (await cached.text())],
  ];
  const found: Trace[] = all.filter(([, mark]) => mark).map(([where, mark]) => ({ where, mark: mark! }));
  localStorage.setItem(NAME, mine);
  sessionStorage.setItem(NAME, mine);
  document.cookie = `${NAME}=${encodeURIComponent(mine)}; path=/`;
  window.name = mine;
  await inDatabase(db, 'readwrite', (store) => store.put(mine, 'mark'));
  await caches?.put('/mark', new Response(mine));
  db.close();
  await fetch(`${bootData.settings.appSubUrl}/api/__traces`, {
    method: 'POST',
    headers: { ...requestHeaders(), 'content-type': 'application/json' },
    body: JSON.stringify({ mine, found }),
  });
}
