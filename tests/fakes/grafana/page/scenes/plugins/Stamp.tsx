// A small square in the panel's lower right corner, in the colour that the server worked out from the panel and the
// window: pictures can be checked without reading them.
import type { DataFrame } from '@grafana/data';
import type { CSSProperties, ReactNode } from 'react';

const SIZE_PX = 12;

export const stampOf = (series: DataFrame[]): string | undefined => series[0]?.meta?.custom?.['stamp'] as string | undefined;

export function Stamped({ series, children }: { series: DataFrame[]; children: ReactNode }): ReactNode {
  const color = stampOf(series);
  const style: CSSProperties = { position: 'absolute', right: 2, bottom: 2, width: SIZE_PX, height: SIZE_PX, background: color, zIndex: 1 };
  return (
    <>
      {children}
      {color && <div data-stamp={color} style={style} />}
    </>
  );
}
