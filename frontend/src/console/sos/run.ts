/** What the keys do with SOS points: a ringing call first, then the point of the open incident or device. */
import { may } from '$lib/session.svelte';
import { detail } from '../detail.svelte';
import { selectedIncident, ui } from '../ui.svelte';
import { desk, type Point } from './desk.svelte';
import { talk } from './talk.svelte';

function chosen(): { point: Point; incident_id: string | null } | null {
  const incident_id = selectedIncident();
  if (incident_id && detail.incident?.id === incident_id) {
    const point = desk.of(detail.incident)[0];
    return point ? { point, incident_id } : null;
  }
  const point = ui.selected?.kind === 'device' ? desk.point(ui.selected.id) : undefined;
  return point ? { point, incident_id: null } : null;
}

export function runSos(command: 'talk' | 'hangup' | 'siren' | 'light'): void {
  if (command === 'hangup') {
    if (talk.call ?? desk.mine) void talk.end();
    return;
  }
  const here = chosen();
  if (command === 'talk') {
    if (!may('sos.talk') || talk.call) return;
    const call = (here && desk.ringing.find((one) => one.device_id === here.point.device_id)) ?? desk.ringing[0];
    if (call) void talk.answer(call);
    else if (here?.point.voice === 'ready') void talk.begin(here.point.device_id, here.incident_id);
  } else if (here && may('sos.alarm')) desk.turn(here.point, command, here.incident_id);
}
