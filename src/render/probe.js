/* What Rounds asks a Grafana page about itself. Injected at the start of each document, in the
 * page's own world, because Grafana's scene objects live there. It gathers, it never judges: the
 * verdict is ready.c's. Sources: the globals and scene objects of Grafana 9 to 13 (see ready.h).
 *
 * While armed it looks once a frame. It reports through the binding `__roundsReport` when what it
 * sees has stood still for two frames (the canvas is drawn in the frame after the data), and every
 * tenth of a second besides, so that the one who waits can say what is missing.
 */
(() => {
  if (window.__rounds || window.top !== window) return;
  const CALM_FRAMES = 2, REPORT_MS = 100;

  /* Bar gauges grow for a second and menus fade: pictures must not catch them on their way. */
  const STILL_CSS = '*,*::before,*::after{transition:none!important;animation-duration:0s!important;' +
    'animation-delay:0s!important;caret-color:transparent!important;scroll-behavior:auto!important}';
  const addStill = () => {
    const style = document.createElement('style');
    style.textContent = STILL_CSS;
    (document.head || document.documentElement).appendChild(style);
  };
  if (document.documentElement) addStill();
  else document.addEventListener('readystatechange', addStill, { once: true });

  const seen = { appInit: false, loadFailed: '', done: null };
  window.addEventListener('message', (e) => { if (e.data === 'GrafanaAppInit') seen.appInit = true; });
  /* Grafana 13 tells a renderer that defines this function when it believes to be done: a hint. */
  window.__grafanaImageRendererMessageChannel = (text) => {
    try {
      const m = JSON.parse(text);
      if (m.type === 'REPORT_RENDER_COMPLETE') seen.done = !m.data || m.data.success !== false;
    } catch (e) { /* not for us */ }
  };
  /* The page assigns its own handler for a failed start; this one sees it first. */
  let onLoadFailed;
  Object.defineProperty(window, '__grafana_load_failed', {
    configurable: true,
    get: () => (err) => {
      seen.loadFailed = String(err && err.message || err || 'the application did not load');
      if (onLoadFailed) onLoadFailed(err);
    },
    set: (f) => { onLoadFailed = f; },
  });

  let mutatedAt = performance.now();
  new MutationObserver(() => { mutatedAt = performance.now(); })
    .observe(document, { subtree: true, childList: true, characterData: true, attributes: true });

  /* A rule of the dashboard keeps it away for now. */
  const isOff = (st) => !!st.conditionalRendering && !!st.conditionalRendering.state && st.conditionalRendering.state.result === false;
  /* A block body: a returned false would stop scenes' forEachChild. */
  const walk = (o, f, hidden) => {
    const st = o.state || {};
    const own = isOff(st), h = hidden || own || st.isCollapsed === true || st.collapse === true;
    f(o, st, hidden || own);
    /* Nothing is asked of what a panel consists of, and the walk takes place in every frame. */
    if (o.forEachChild && st.pluginId === undefined) o.forEachChild((c) => { walk(c, f, h); });
  };
  const call = (o, name) => {
    try { return typeof o[name] === 'function' ? o[name]() : undefined; } catch (e) { return undefined; }
  };
  const ms = (t) => { const n = t === undefined || t === null ? NaN : +t; return isFinite(n) ? n : -1; };
  const text = (x) => (x === undefined || x === null ? '' : String(x)).slice(0, 500);
  const inView = (r) => r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < window.innerHeight;
  const quote = (s) => String(s).replace(/["\\]/g, '\\$&');

  const errorOf = (data) => {
    const list = data.errors && data.errors.length ? data.errors : data.error ? [data.error] : [];
    return text(list.map((e) => e.message || (e.data && e.data.message) || e.statusText || 'query error')
      .filter((m, i, all) => all.indexOf(m) === i).join('; '));
  };
  const lengthOf = (frame) => {
    if (frame.length !== undefined) return frame.length;
    const n = Math.max(-1, ...(frame.fields || []).map((f) => (f.values ? f.values.length : -1)));
    return n >= 0 ? n : NaN;
  };
  const rowsOf = (data) => {
    const n = (data.series || []).reduce((sum, f) => sum + lengthOf(f), 0);
    return isNaN(n) ? -1 : n;
  };

  const isSolo = () => location.pathname.includes('/d-solo/');
  const panelBox = (p, st) => document.querySelector(`[data-viz-panel-key="${quote(st.key)}"]`);
  const gridItemOf = (p) => {
    for (let o = p.parent; o; o = o.parent) {
      const el = o.state && o.state.key &&
        document.querySelector(`[data-griditem-key="${quote(o.state.key)}"]`);
      if (el) return el;
    }
    return null;
  };
  const isInView = (p, st) => {
    const el = panelBox(p, st) || gridItemOf(p);
    return !!el && inView(el.getBoundingClientRect());
  };
  const idOf = (p, st) => {
    const id = call(p, 'getLegacyPanelId');
    if (id > 0) return id;
    const m = /panel-(\d+)/.exec(st.key || '');
    return m ? +m[1] : -1;
  };

  /* Where repeats put a panel: their values from the outermost on, then its key, joined by "$". Grafana 12.2 and newer
   * name it so themselves; repeats of 11 leave the same local variables. */
  const pathOf = (p, st) => {
    const named = call(p, 'getPathId');
    if (named) return text(named);
    let path = text(st.key).replace(/-clone-\d+$/, ''), last;
    for (let o = p; o; o = o.parent) {
      const set = o.state && o.state.$variables;
      for (const v of (set && set.state && set.state.variables) || []) {
        if (v.state.type !== 'system' || v.state.value === undefined || v.state.name === last) continue;
        path = v.state.value + '$' + path;
        last = v.state.name;
      }
    }
    return text(path);
  };

  /* A solo page's scene holds all panels of its dashboard, and a report is told, read and kept many times: of
   * those that are not mounted, no more than is judged, and what is as usual goes without saying. */
  const unmounted = ({ key, path, id, title, hidden, needed, plugin_error }) => ({
    key, id, ...(path !== key && { path }), ...(!isSolo() && { title }), ...(hidden && { hidden }),
    ...(needed && { needed }), ...(plugin_error && { plugin_error }),
  });
  /* With a rule about its data, a panel is mounted and asks while nobody sees it. A solo page minds no rules. */
  const isUnseen = (p, st) => {
    let o = p;
    while (o && !isOff(o.state || {})) o = o.parent;
    const el = o && panelBox(p, st);
    return !!o && !(el && el.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
  };
  const scenePanel = (p, st, hidden) => {
    const plugin = call(p, 'getPlugin');
    const meta = plugin && plugin.meta;
    const out = {
      key: text(st.key), path: pathOf(p, st), id: idOf(p, st),
      title: text(st.title), plugin: text(st.pluginId),
      active: !!p.isActive && !(hidden && isUnseen(p, st)), hidden: !!hidden, loaded: !!plugin,
      plugin_error: text(st._pluginLoadError), state: '', from: -1, to: -1, rows: -1, error: '',
      has_query: false, needed: false, request: '', time_override: !!(st.$timeRange && st.$timeRange.state),
    };
    try { if (p.interpolate) out.title = text(p.interpolate(st.title || '')); } catch (e) { /* as it stands */ }
    out.needed = out.active || (!hidden && isInView(p, st));
    if (!out.active) return unmounted(out);
    const data = st.$data && st.$data.state && st.$data.state.data;
    if (!st.$data || (meta && meta.skipDataQuery)) return out;
    out.has_query = true;
    out.state = data ? text(data.state) : 'NotStarted';
    /* Grafana 13 mounts panels that are out of sight, but lets them ask only when they come into view. */
    if (out.active && out.state === 'NotStarted') out.needed = isInView(p, st);
    if (!data) return out;
    if (data.timeRange) { out.from = ms(data.timeRange.from); out.to = ms(data.timeRange.to); }
    out.request = text(data.request && data.request.requestId);
    out.rows = rowsOf(data);
    out.error = data.state === 'Error' || (data.errors && data.errors.length) ? errorOf(data) || 'query error' : '';
    return out;
  };

  /* Grid items, rows and tabs say what they repeat by and what came of it; row behaviours of 11 and 12 only
   * remember the values for which they made clones. */
  const MADE = ['repeatedPanels', 'repeatedRows', 'repeatedTabs'];
  const isRepeatPending = (o, st) => {
    const by = st.variableName || st.repeatByVariable;
    if (!o.isActive || typeof by !== 'string') return false;
    if (typeof o.performRepeat === 'function' && !st.body && !st.layout) {
      return o._prevRepeatValues === undefined && o._clonedRows === undefined && !MADE.some((name) => st[name] !== undefined);
    }
    const canRepeat = st.body !== undefined || st.layout !== undefined;
    return canRepeat && !MADE.some((name) => st[name] !== undefined);
  };

  const fromScene = (scene, out) => {
    const controller = (scene.state.$behaviors || []).find((b) => b && b.isQueryController);
    /* The global counter leaks when a scene is left with a query running; the controller's does not. */
    const count = controller ? call(controller, 'runningQueriesCount') : undefined;
    out.stack = 'scenes';
    out.uid = text(scene.state.uid);
    out.queries = count === undefined ? -1 : +count;
    walk(scene, (o, st, hidden) => {
      if (st.pluginId !== undefined && typeof o.getPlugin === 'function') out.panels.push(scenePanel(o, st, hidden));
      else if (isRepeatPending(o, st)) out.repeats_pending++;
      const vars = st.variables;
      if (Array.isArray(vars)) out.variables_loading += vars.filter((v) => v.state && v.state.loading).length;
      const tr = st.$timeRange && o === scene && st.$timeRange.state && st.$timeRange.state.value;
      if (tr) { out.from = ms(tr.from); out.to = ms(tr.to); }
    }, false);
  };

  const legacyId = (el) => {
    const holder = el.closest('[data-panelid]') || el.querySelector('[data-panelid]');
    const id = holder ? +holder.getAttribute('data-panelid') : +new URLSearchParams(location.search).get('panelId');
    return id > 0 ? id : -1;
  };
  /* A panel that has targets and no data yet has not been answered. */
  const hasTargets = (models, id) => {
    const model = models.find((m) => m.id === id);
    return !!model && (model.targets || []).length > 0 && model.type !== 'text';
  };
  const modelsOf = (panels) => (panels || []).flatMap((p) => [p, ...modelsOf(p.panels)]);
  const legacyPanel = (el, all, models) => {
    const id = legacyId(el), data = all[id];
    const waits = !data && hasTargets(models, id);
    const loading = !!el.querySelector('.panel-loading,[aria-label="Panel loading bar"]');
    const failed = el.querySelector('[data-testid="data-testid Panel status error"],[aria-label="Panel header error"],.panel-info-corner--error');
    const missing = /Panel plugin not found/.test(el.textContent || '');
    const out = {
      key: 'panel-' + id, path: String(id), id, title: text((models.find((m) => m.id === id) || {}).title),
      plugin: '', active: true, hidden: false, loaded: true, plugin_error: missing ? 'panel plugin not found' : '',
      state: loading ? 'Loading' : data ? text(data.state) : waits ? 'NotStarted' : 'Done', from: -1, to: -1, rows: -1,
      error: failed ? 'query error' : '', has_query: !!data || waits, needed: true, time_override: false,
    };
    if (data) {
      if (data.timeRange) { out.from = ms(data.timeRange.from); out.to = ms(data.timeRange.to); }
      out.rows = rowsOf(data);
      if (data.state === 'Error') out.error = errorOf(data) || 'query error';
    }
    return out;
  };
  const LEGACY = '.panel-solo,.react-grid-item [class$="panel-container"],.react-grid-item .panel-container,[data-panelid]';
  const fromLegacy = (out) => {
    const found = [...document.querySelectorAll(LEGACY)].filter((el, i, all) => !all.some((o) => o !== el && o.contains(el)));
    if (!found.length) return;
    const runtime = window.grafanaRuntime || {};
    const all = call(runtime, 'getPanelData') || {};
    const model = call(runtime, 'getDashboardSaveModel') || {}, models = modelsOf(model.panels);
    out.stack = 'legacy';
    out.rendered = +window.panelsRendered || 0;
    const urlUid = /\/d(?:-solo)?\/([^/]+)/.exec(location.pathname);
    out.uid = text(model.uid) || (urlUid ? urlUid[1] : ''); // the address is ahead of the page
    out.panels = found.filter((el) => el.matches('.panel-solo') || inView(el.getBoundingClientRect()))
      .map((el) => legacyPanel(el, all, models));
    const first = out.panels.find((p) => p.from >= 0);
    if (first) { out.from = first.from; out.to = first.to; }
  };

  const pageError = () => {
    const el = document.querySelector('[data-testid="dashboard-page-error"],[data-testid="data-testid entity-not-found"],[data-testid="data-testid Alert error"],.alert.alert-error');
    return el ? text(el.textContent).replace(/\s+/g, ' ').trim() : '';
  };
  const isLogin = () => /\/login\/?$/.test(location.pathname) ||
    !!document.querySelector('input[name="user"][aria-label="Username input field"],[data-testid="data-testid Username input field"]');
  /* The words of Grafana 9 to 12; newer ones may be translated, and truth.c does not rest on them. */
  const NOT_FOUND = /^Panel (with id \S+ )?not found/i;
  const saysNotFound = () => {
    const texts = document.createTreeWalker(document.body || document.documentElement, NodeFilter.SHOW_TEXT);
    for (let n = 0; n < 3000 && texts.nextNode(); n++) {
      if (NOT_FOUND.test(texts.currentNode.data.trim())) return true;
    }
    return false;
  };

  const gather = () => {
    const out = {
      token, url: location.href, stack: '', uid: '', app: seen.appInit, login: isLogin(),
      load_failed: seen.loadFailed, error: pageError(), queries: -1, variables_loading: 0,
      repeats_pending: 0, rendered: 0, from: -1, to: -1, panels: [], says_done: seen.done,
      fonts: !document.fonts || document.fonts.status === 'loaded', images: 0, panel_not_found: false,
    };
    const preloader = document.querySelector('.preloader');
    out.app = out.app || (!!window.grafanaBootData && !preloader);
    const scene = window.__grafanaSceneContext;
    try {
      if (scene && scene.state) fromScene(scene, out);
      else fromLegacy(out);
    } catch (e) { out.stack = ''; out.error = out.error || 'probe: ' + text(e && e.message); }
    if (out.stack !== 'legacy' && !out.panels.some((p) => p.active)) out.panel_not_found = NOT_FOUND.test(out.error) || saysNotFound();
    out.images = [...document.images].filter((i) => !i.complete && inView(i.getBoundingClientRect())).length;
    return out;
  };

  /* Streaming data move for ever: their extent does not count as a change. */
  const steady = (p) => p.state === 'Streaming' ? { ...p, from: 0, to: 0, rows: 0 } : p;
  const digest = (f) => JSON.stringify({ ...f, panels: f.panels.map(steady) });

  /* Stillness is counted in frames without a change of facts or document, and only once the page has been idle
   * since its last change of facts: on a busy machine React may draw frames after the data are there.
   * A document that never rests (a clock, a ticker) is let through when its facts have stood for a second. */
  const RESTLESS_FRAMES = 60;
  let token = '', last = '', still = 0, stable = 0, stillSince = 0, isIdle = false, idle = 0;
  let reportedAt = 0, reportedFor = '', timer = 0, frame = 0;
  const awaitIdle = () => {
    isIdle = false;
    cancelIdleCallback(idle);
    idle = requestIdleCallback(() => { isIdle = true; }, { timeout: 1000 });
  };
  const report = (f) => {
    reportedAt = performance.now();
    f.frames = !isIdle ? 0 : stable >= RESTLESS_FRAMES ? stable : still;
    f.quiet_ms = Math.round(reportedAt - mutatedAt);
    if (window.__roundsReport) window.__roundsReport(JSON.stringify(f));
  };
  /* Grafana's wrapper of uPlot loses new data that come together with a new size, so after a change inside the
   * application a stat may keep the sparkline of the former range for good. Rendered once more, it does not. */
  let isPushed = false, redrawnFor = '';
  const redraw = () => {
    let n = 0;
    const scene = window.__grafanaSceneContext;
    if (scene) walk(scene, (o, st) => {
      if (st.pluginId === 'stat' && o.isActive && typeof o.forceRender === 'function') { o.forceRender(); n++; }
    }, false);
    return n > 0;
  };
  const look = () => {
    if (!token) return;
    const f = gather(), d = digest(f);
    if (d !== last) { last = d; stable = 0; still = 0; awaitIdle(); } else { stable++; still++; }
    if (mutatedAt > stillSince) still = 0;
    stillSince = performance.now();
    const isCalm = isIdle && (still >= CALM_FRAMES || stable >= RESTLESS_FRAMES);
    if (isCalm && isPushed && redrawnFor !== d && redraw()) {
      redrawnFor = d; still = stable = 0;
      awaitIdle();
      return;
    }
    const isNewlyCalm = isCalm && reportedFor !== d;
    if (isNewlyCalm) reportedFor = d;
    if (isNewlyCalm || performance.now() - reportedAt > REPORT_MS) report(f);
  };
  const loop = () => { if (!token) return; look(); frame = requestAnimationFrame(loop); };
  /* url: what was asked for, which the application rewrites to its liking; kept for the next who has this
   * tab. isSoloPush: a change inside the application of a solo page, which only scenes follow. */
  let asked = '';
  const visited = new Set(), urls = new Set();
  const arm = (t, url, isSoloPush) => {
    if (isSoloPush && !window.__grafanaSceneContext) throw new Error('this page does not follow');
    if (url) { isPushed = asked !== ''; asked = url; visited.add(url.split('?')[0]); urls.add(url); }
    token = t; last = ''; still = stable = 0; reportedFor = redrawnFor = ''; reportedAt = performance.now();
    cancelAnimationFrame(frame); clearInterval(timer);
    frame = requestAnimationFrame(loop);
    timer = setInterval(() => { if (performance.now() - reportedAt > 2 * REPORT_MS) look(); }, REPORT_MS);
  };
  const disarm = () => { token = ''; cancelAnimationFrame(frame); clearInterval(timer); };

  /* The element that scrolls most: Grafana 9 to 11 scroll inside the page, not the window. Invisible ones are
   * resize sensors, which overflow by design. */
  const canScroll = (el) => {
    const style = getComputedStyle(el);
    return /auto|scroll/.test(style.overflowY) && style.visibility === 'visible' && style.opacity !== '0';
  };
  const extent = () => {
    const doc = document.documentElement;
    const height = Math.max(doc.scrollHeight, document.body ? document.body.scrollHeight : 0);
    let inner = 0;
    for (const el of document.querySelectorAll('#page-scrollbar,main *,[class*="scrollbar-view"],#reactRoot > *')) {
      const more = el.scrollHeight - el.clientHeight;
      const isMain = el.clientHeight > window.innerHeight / 3 && el.clientWidth > window.innerWidth / 2;
      if (more > inner && isMain && canScroll(el)) inner = more;
    }
    /* Where the lowest panel ends: the page's height as long as it is shorter than the viewport. */
    const ends = [...document.querySelectorAll('[data-viz-panel-key],[data-griditem-key],[data-panelid],.dashboard-row')]
      .map((el) => el.getBoundingClientRect().bottom + window.scrollY);
    return {
      height: Math.ceil(Math.max(height, window.innerHeight + inner)),
      content: Math.ceil(Math.max(0, ...ends)), view: window.innerHeight,
    };
  };
  const boxes = () => {
    const out = [], add = (key, el) => {
      const r = el.getBoundingClientRect();
      out.push({ key, x: r.left + window.scrollX, y: r.top + window.scrollY, width: r.width, height: r.height });
    };
    const scene = window.__grafanaSceneContext;
    /* Clones of a row have panels of the same keys: the nth that is mounted has the nth place in the document. */
    const shown = new Map();
    if (scene) walk(scene, (o, st) => {
      if (st.pluginId === undefined || !o.isActive) return;
      const path = pathOf(o, st), alike = shown.get(st.key) || [];
      if (!alike.includes(path)) shown.set(st.key, [...alike, path]);
    }, false);
    for (const [key, paths] of shown) {
      const els = document.querySelectorAll(`[data-viz-panel-key="${quote(key)}"]`);
      if (els.length === paths.length) paths.forEach((path, i) => add(path, els[i]));
    }
    if (!scene) for (const el of document.querySelectorAll('[data-panelid]')) add(el.getAttribute('data-panelid'), el);
    return out;
  };
  /* Rows that are shut keep their panels unmounted; a round wants to see them. */
  const openRows = () => {
    let n = 0;
    const scene = window.__grafanaSceneContext;
    if (scene) walk(scene, (o, st) => {
      if ((st.isCollapsed === true || st.collapse === true) && typeof o.onCollapseToggle === 'function') { o.onCollapseToggle(); n++; }
    }, false);
    for (const title of document.querySelectorAll('.dashboard-row--collapsed .dashboard-row__title')) { title.click(); n++; }
    return n;
  };
  /* The dashboard's variables with the values that they can take now. Of two with one name the outer one
   * counts; clones of repeats have "system" ones of their own. */
  const VALUES_MAX = 2000;
  const variableOf = (name, options, error, waits) => {
    const all = (options || []).map((o) => ({ value: String(o.value), text: text(o.label === undefined ? o.text : o.label) }))
      .filter((o) => o.value !== '$__all' && o.value !== '');
    return { name: text(name), values: all.slice(0, VALUES_MAX), more: all.length > VALUES_MAX, error: text(error && error.message || error), waits: !!waits };
  };
  const sceneVariables = (scene) => {
    const out = { settled: !!scene.isActive, variables: [] };
    walk(scene, (set, { variables }) => {
      for (const v of Array.isArray(variables) ? variables : []) {
        const st = v.state || {};
        if (st.type === 'system' || !st.name || out.variables.some((x) => x.name === st.name)) continue;
        const waits = st.loading || (set.isVariableLoadingOrWaitingToUpdate && set.isVariableLoadingOrWaitingToUpdate(v));
        out.settled = out.settled && !waits;
        out.variables.push(variableOf(st.name, st.options, st.error, waits));
      }
    }, false);
    return out;
  };
  const legacyVariables = async () => {
    const { getTemplateSrv } = await window.System.import('@grafana/runtime');
    const list = getTemplateSrv().getVariables().filter((v) => v.type !== 'system');
    const waits = (v) => v.state === 'NotStarted' || v.state === 'Loading' || v.state === 'Fetching';
    return { settled: !list.some(waits), variables: list.map((v) => variableOf(v.name, v.options, v.error, waits(v))) };
  };
  const variables = async () => {
    const scene = window.__grafanaSceneContext;
    return scene && scene.state ? sceneVariables(scene) : legacyVariables();
  };
  const refresh = () => {
    const scene = window.__grafanaSceneContext, range = scene && scene.state.$timeRange;
    if (range && range.onRefresh) range.onRefresh();
    return !!range;
  };
  /* Charts keep drawing at the scale at which they were born. */
  const bornAt = window.devicePixelRatio;
  const state = (url) => ({
    asked, rescaled: window.devicePixelRatio !== bornAt, scenes: !!window.__grafanaSceneContext,
    visited: visited.size, repeated: urls.has(url), age_ms: Math.round(performance.now()),
  });
  window.__rounds = { arm, disarm, extent, boxes, openRows, refresh, state, variables };
})();
