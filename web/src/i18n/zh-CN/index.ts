import common from './common.json'
import session from './session.json'
import today from './today.json'
import review from './review.json'
import history from './history.json'
import plans from './plans.json'
import sources from './sources.json'
import issues from './issues.json'
import records from './records.json'
import people from './people.json'
import system from './system.json'
import { failures } from './failures'
import { refusals } from './refusals'

export default { common, session, today, review, history, plans, sources, issues, records, people, system }
export const faults = [...refusals, ...failures]
