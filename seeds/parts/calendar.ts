/**
 * The time in which accounts live, measured in *busyness*: a day of shopping before Christmas is
 * longer than a Sunday in January. Payments that are spread evenly over busyness follow weekdays and
 * seasons by themselves.
 */
export interface Calendar {
  /** Days since 1970-01-01; the first is the first of a month. */
  readonly firstDay: number
  readonly lastDay: number
  readonly months: readonly Month[]
  /** The first day of each month and the busyness before it, and of the day after the last one. */
  readonly firstDays: Int32Array
  readonly busynessBefore: Float64Array
  /** The last day of each month, even where the calendar ends before it. */
  readonly lastDays: Int32Array
  readonly years: Int32Array
  /** The number in `months` of the month that a day belongs to. */
  monthOf(day: number): number
  /**
   * By day since the first: the month of the year × `dayKinds` + kind of day, as what people spend
   * their money on differs.
   */
  readonly occasionOfDay: Int32Array
  /** The busyness before a day, counted from `firstDay`; 1 is an average day. */
  before(day: number): number
  /** The same by day since the first. */
  readonly busynessOfDay: Float64Array
  /** By busyness × `timesPerUnit`: the day in which it falls, counted from the first. */
  readonly dayOfTime: Uint16Array
}

export interface Month {
  readonly firstDay: number
  readonly lastDay: number
  /** 0 is January. */
  readonly ofYear: number
  readonly year: number
}

/** How long ago the first users signed up. */
export const historyDays = 730

const millisecondsPerDay = 86_400_000
const weekdays = [0.8, 0.9, 0.92, 0.96, 1.02, 1.14, 1.26]
const seasons = [0.86, 0.92, 0.98, 1, 1.01, 1.02, 1.04, 1.02, 0.98, 0.99, 1.03, 1.15]
/** How finely a day is told from its busyness. */
export const timesPerUnit = 16

/** Working days, Saturdays and Sundays have their own mix. */
export const dayKinds = 3

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (day + 4) % 7
}

/** @param weekday - 0 is Sunday */
function dayKindOf(weekday: number): number {
  return weekday === 0 ? 2 : weekday === 6 ? 1 : 0
}

/**
 * @param referenceDay - the calendar's last day; it begins two years earlier
 */
export function createCalendar(referenceDay: number): Calendar {
  const months = monthsBetween(referenceDay - historyDays, referenceDay)
  const firstDay = months[0]!.firstDay
  const days = referenceDay - firstDay + 1
  const monthOfDay = new Int32Array(days)
  const occasionOfDay = new Int32Array(days)
  const sums = new Float64Array(days + 1)
  for (const [number, month] of months.entries()) {
    for (let day = month.firstDay; day <= Math.min(month.lastDay, referenceDay); day++) {
      monthOfDay[day - firstDay] = number
      occasionOfDay[day - firstDay] = month.ofYear * dayKinds + dayKindOf(weekdayOf(day))
      sums[day - firstDay + 1] =
        sums[day - firstDay]! + weekdays[weekdayOf(day)]! * seasons[month.ofYear]!
    }
  }
  const dayOfTime = new Uint16Array(Math.floor(sums[days]! * timesPerUnit) + 1)
  for (let time = 0, day = 0; time < dayOfTime.length; time++) {
    while (day < days - 1 && sums[day + 1]! * timesPerUnit <= time) day++
    dayOfTime[time] = day
  }
  const firstDays = Int32Array.from([...months.map((month) => month.firstDay), referenceDay + 1])
  return {
    firstDay,
    lastDay: referenceDay,
    months,
    firstDays,
    busynessBefore: Float64Array.from(firstDays, (day) => sums[day - firstDay]!),
    lastDays: Int32Array.from(months, (month) => month.lastDay),
    years: Int32Array.from(months, (month) => month.year),
    monthOf: (day) => monthOfDay[day - firstDay]!,
    occasionOfDay,
    before: (day) => sums[day - firstDay]!,
    busynessOfDay: sums,
    dayOfTime,
  }
}

function monthsBetween(from: number, to: number): readonly Month[] {
  const start = new Date(from * millisecondsPerDay)
  const months: Month[] = []
  for (let number = start.getUTCMonth(); ; number++) {
    const year = start.getUTCFullYear() + Math.floor(number / 12)
    const firstDay = firstOfMonth(start, number)
    if (firstDay > to) return months
    months.push({
      firstDay,
      lastDay: firstOfMonth(start, number + 1) - 1,
      ofYear: number % 12,
      year,
    })
  }
}

function firstOfMonth(start: Date, number: number): number {
  return Math.round(Date.UTC(start.getUTCFullYear(), number, 1) / millisecondsPerDay)
}
