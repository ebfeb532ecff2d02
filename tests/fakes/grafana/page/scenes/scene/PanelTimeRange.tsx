// A panel's own range: `timeFrom` replaces a relative dashboard range (an absolute one wins), `timeShift` moves it.
import { dateMath, dateTime, getDefaultTimeRange, rangeUtil, type TimeRange } from '@grafana/data';
import { SceneTimeRangeTransformerBase, type SceneComponentProps, type SceneTimeRangeState } from '@grafana/scenes';
import { PanelChrome } from '@grafana/ui';
import type { ReactNode } from 'react';

interface State extends SceneTimeRangeState {
  timeFrom?: string;
  timeShift?: string;
  hideTimeOverride?: boolean;
  timeInfo?: string;
}

const isRelative = (raw: unknown) => typeof raw === 'string' && raw.includes('now');

export class PanelTimeRange extends SceneTimeRangeTransformerBase<State> {
  static Component = PanelTimeRangeRenderer;

  constructor(state: Pick<State, 'timeFrom' | 'timeShift' | 'hideTimeOverride'>) {
    super({ ...state, from: 'now-6h', to: 'now', value: getDefaultTimeRange() });
  }

  override ancestorTimeRangeChanged(ancestor: SceneTimeRangeState): void {
    const { value, timeInfo } = this.overridden(ancestor.value);
    this.setState({ value, timeInfo, from: ancestor.from, to: ancestor.to });
  }

  private overridden(range: TimeRange): { value: TimeRange; timeInfo?: string } {
    const { timeFrom, timeShift } = this.state;
    let value = range;
    const infos: string[] = [];
    if (timeFrom && isRelative(range.raw.to)) {
      const raw = { from: `now-${timeFrom}`, to: 'now' };
      value = { from: dateMath.toDateTime(raw.from, {})!, to: dateMath.toDateTime(raw.to, {})!, raw };
      infos.push(rangeUtil.describeTextRange(raw.from).display);
    }
    if (timeShift) {
      const shift = (t: TimeRange['from']) => dateTime(t.valueOf() - rangeUtil.intervalToMs(timeShift));
      const [from, to] = [shift(value.from), shift(value.to)];
      value = { from, to, raw: { from, to } };
      infos.push(`timeshift -${timeShift}`);
    }
    return { value, timeInfo: infos.join(' ') };
  }
}

function PanelTimeRangeRenderer({ model }: SceneComponentProps<PanelTimeRange>): ReactNode {
  const { timeInfo, hideTimeOverride } = model.useState();
  if (!timeInfo || hideTimeOverride) {
    return null;
  }
  return <PanelChrome.TitleItem title={timeInfo}>{timeInfo}</PanelChrome.TitleItem>;
}
