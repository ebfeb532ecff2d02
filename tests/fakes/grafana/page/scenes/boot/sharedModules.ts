// What Grafana's plugin loader hands to plugins: whole libraries under their names, by System.import. Scripts use it to
// get at locationService; and it is why nothing of these libraries can be left out of Grafana's bundle.
import * as emotionCss from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaSchema from '@grafana/schema';
import * as grafanaUi from '@grafana/ui';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as reactRouterDom from 'react-router-dom';
import * as rxjs from 'rxjs';
import * as rxjsOperators from 'rxjs/operators';

const MODULES: Record<string, unknown> = {
  '@emotion/css': emotionCss,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/schema': grafanaSchema,
  '@grafana/ui': grafanaUi,
  lodash,
  moment,
  react,
  'react-dom': reactDom,
  'react-router-dom': reactRouterDom,
  rxjs,
  'rxjs/operators': rxjsOperators,
};

export function shareModules(): void {
  const loader = {
    import: (name: string) => (name in MODULES ? Promise.resolve(MODULES[name]) : Promise.reject(new Error(`unknown module ${name}`))),
  };
  Object.assign(window, { System: loader });
}
