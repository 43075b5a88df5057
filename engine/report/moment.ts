/** A moment as it reads for people wherever they are. */

/** "2026-11-21 at 20:30:11 UTC", of milliseconds since 1970. */
export function showMoment(milliseconds: number): string {
  const moment = new Date(milliseconds);
  if (Number.isNaN(moment.getTime())) return "a day that nobody knows";
  const [day, time = ""] = moment.toISOString().split("T");
  return `${day} at ${time.slice(0, 8)} UTC`;
}
