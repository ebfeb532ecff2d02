// The documents: the application's shell, the login form, plain error pages.
import type { Identity } from '../auth/identity.js';
import { settingsOf } from '../api/settings.js';
import type { EntryFiles } from '../assets.js';
import type { FaultState } from '../faults.js';
import { majorOf, type Options } from '../options.js';

const escape = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);

/** JSON that may stand inside a script element. */
const inScript = (value: unknown) => JSON.stringify(value).replace(/</g, '\\u003c');

export interface ShellParts {
  options: Options;
  identity?: Identity;
  rootUrl: string;
  theme: 'light' | 'dark';
  files: EntryFiles;
  faults: FaultState;
}

function userOf(identity: Identity | undefined, theme: string, options: Options): Record<string, unknown> {
  return {
    isSignedIn: Boolean(identity && identity.by !== 'anonymous'),
    id: identity?.userId ?? 0,
    login: identity?.login ?? '',
    name: identity?.name ?? '',
    email: identity?.email ?? '',
    orgId: identity?.orgId ?? 1,
    orgName: identity?.orgName ?? '',
    orgRole: identity?.role ?? '',
    orgCount: identity?.orgIds.length ?? 0,
    isGrafanaAdmin: identity?.role === 'Admin',
    theme,
    lightTheme: theme === 'light',
    timezone: '',
    locale: 'en-US',
    language: 'en-US',
    gravatarUrl: '',
    permissions: {},
    ...(majorOf(options.version) >= 12 && { authenticatedBy: identity?.by ?? '' }),
  };
}

export function shell(parts: ShellParts): string {
  const { options, identity, files, theme, faults } = parts;
  const base = `${options.subPath}/public/build/`;
  const bootData = {
    user: userOf(identity, theme, options),
    settings: settingsOf(options, identity, parts.rootUrl),
    navTree: [],
    assets: { dark: '', light: '' },
    standIn: { boot: faults.boot, leakRunningCount: faults.leakRunningCount, cancelFirstQuery: faults.cancelFirstQuery, lateRepeatsMs: faults.lateRepeatsMs, hasTraces: options.hasTraces },
  };
  const script = faults.boot === 'fail' ? 'assets/missing-bundle.js' : files.script;
  const binding = majorOf(options.version) >= 13 ? 'window.__grafanaRenderBindingSupported = true;' : '';
  return `<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="theme-color" content="#000">
<title>Grafana</title>
<base href="${escape(options.subPath)}/">
${files.styles.map((f) => `<link rel="stylesheet" href="${base}${f}">`).join('\n')}
${faults.boot === 'fail' ? '' : files.preloads.map((f) => `<link rel="modulepreload" href="${base}${f}">`).join('\n')}
<style>
html, body { margin: 0; background: ${theme === 'light' ? '#f4f5f5' : '#111217'}; color: ${theme === 'light' ? '#24292e' : '#ccccdc'}; font-family: Inter, Helvetica, Arial, sans-serif; }
.preloader { position: fixed; inset: 0; display: flex; align-items: center; justify-content: center; }
.preloader--done { display: none; }
.preloader__error { display: none; padding: 32px; }
</style>
</head>
<body class="theme-${theme} app-grafana">
<div class="preloader"><div class="preloader__text">Loading Grafana</div>
<div class="preloader__error"><p><strong>If you're seeing this Grafana has failed to load its application files</strong></p></div></div>
<div id="reactRoot"></div>
<script>
window.__grafana_load_failed = function (err) {
  console.error('Failed to load Grafana', err);
  document.querySelector('.preloader__text').style.display = 'none';
  document.querySelector('.preloader__error').style.display = 'block';
};
window.__grafana_public_path__ = ${inScript(`${options.subPath}/public/`)};
window.grafanaBootData = ${inScript(bootData)};
${binding}
window.addEventListener('load', function () {
  if (!window.__grafana_app_bundle_loaded) { window.__grafana_load_failed(); }
});
</script>
<script type="module" src="${base}${script}" onerror="window.__grafana_load_failed()"></script>
</body>
</html>
`;
}

export function loginPage(options: Options, message = ''): string {
  return `<!DOCTYPE html>
<html lang="en-US">
<head><meta charset="utf-8"><title>Grafana</title>
<style>body { font-family: Helvetica, Arial, sans-serif; background: #111217; color: #ccccdc; display: grid; place-items: center; height: 100vh; margin: 0 }
form { background: #181b1f; padding: 32px; display: grid; gap: 12px; width: 280px } input, button { padding: 8px; font-size: 14px }</style>
</head>
<body class="login-page app-grafana">
<form method="post" action="${escape(options.subPath)}/login">
<h1>Welcome to Grafana</h1>
<p role="alert">${escape(message)}</p>
<input name="user" placeholder="email or username" data-testid="data-testid Username input field" autocomplete="username">
<input name="password" type="password" placeholder="password" data-testid="data-testid Password input field" autocomplete="current-password">
<button type="submit">Log in</button>
</form>
</body>
</html>
`;
}

export function errorPage(title: string, text: string): string {
  return `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Grafana - Error</title></head><body><h1>${escape(title)}</h1><p>${escape(text)}</p></body></html>\n`;
}
