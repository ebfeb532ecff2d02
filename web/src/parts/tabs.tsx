/* Tabs within a room. */
import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as AriaTabs } from 'react-aria-components'
import s from './tabs.module.css'

export interface TabItem {
    id: string
    title: ReactNode
    body: () => ReactNode
}

export function Tabs({ label, items, value, onChange }: { label: string; items: TabItem[]; value?: string; onChange?: (id: string) => void }) {
    return (
        <AriaTabs {...(value ? { selectedKey: value } : {})} {...(onChange ? { onSelectionChange: (k: string | number) => onChange(String(k)) } : {})}>
            <TabList className={s.tabs!} aria-label={label}>
                {items.map((x) => <Tab key={x.id} id={x.id} className={s.tab!}>{x.title}</Tab>)}
            </TabList>
            {items.map((x) => <TabPanel key={x.id} id={x.id} className={s.panel!}>{x.body()}</TabPanel>)}
        </AriaTabs>
    )
}
