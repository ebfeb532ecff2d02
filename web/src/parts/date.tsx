/* A date or a time of day, written and read in the page's language (the browser's own fields follow the browser's). Values: YYYY-MM-DD, HH:MM, or "". */
import { parseDate, parseTime, type CalendarDate, type Time } from '@internationalized/date'
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react'
import {
    Button, Calendar, CalendarCell, CalendarGrid, DateInput, DatePicker, DateSegment, Dialog, FieldError, Group, Heading, Label, Popover, TimeField,
} from 'react-aria-components'
import { useTranslation } from 'react-i18next'
import button from './button.module.css'
import { cx } from '~/base/cx'
import s from './date.module.css'
import field from './field.module.css'

function dateOf(text: string): CalendarDate | null {
    try {
        return text ? parseDate(text) : null
    } catch {
        return null
    }
}

/** 24:00 is the midnight at a day's end. */
function timeOf(text: string): Time | null {
    try {
        return text ? parseTime(text.replace(/^24:/, '00:')) : null
    } catch {
        return null
    }
}

export function TimeBox({ label, value, onChange, fault }: { label: string; value: string; onChange: (value: string) => void; fault?: string | undefined }) {
    return (
        <TimeField className={field.field!} value={timeOf(value)} onChange={(x) => { if (x) onChange(x.toString().slice(0, 5)) }} isInvalid={Boolean(fault)} hourCycle={24} shouldForceLeadingZeros>
            <Label className={field.label!}>{label}</Label>
            <DateInput className={cx(s.box, s.input)}>{(segment) => <DateSegment segment={segment} className={s.part!} />}</DateInput>
            {fault && <FieldError className={field.fault!}>{fault}</FieldError>}
        </TimeField>
    )
}

export function DateBox({ label, value, onChange, fault, isRequired }: { label: string; value: string; onChange: (value: string) => void; fault?: string; isRequired?: boolean }) {
    const { t } = useTranslation()
    const small = cx(button.button, button.quiet, button.icon, button.small)
    return (
        <DatePicker
            className={field.field!} value={dateOf(value)} onChange={(d) => onChange(d ? d.toString() : '')} isInvalid={Boolean(fault)} isRequired={isRequired ?? false}
            shouldForceLeadingZeros
        >
            <Label className={field.label!}>{label}</Label>
            <Group className={s.box!}>
                <DateInput className={s.input!}>{(segment) => <DateSegment segment={segment} className={s.part!} />}</DateInput>
                <Button className={small} aria-label={t('common.openCalendar')}><CalendarDays size={15} /></Button>
            </Group>
            {fault && <FieldError className={field.fault!}>{fault}</FieldError>}
            <Popover className={s.pop!} offset={4}>
                <Dialog>
                    <Calendar>
                        <header className={s.head}>
                            <Button slot="previous" className={small}><ChevronLeft size={16} /></Button>
                            <Heading />
                            <Button slot="next" className={small}><ChevronRight size={16} /></Button>
                        </header>
                        <CalendarGrid className={s.grid!}>{(date) => <CalendarCell date={date} className={s.day!} />}</CalendarGrid>
                    </Calendar>
                </Dialog>
            </Popover>
        </DatePicker>
    )
}
