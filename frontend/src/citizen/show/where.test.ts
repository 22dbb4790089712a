import { expect, it } from 'vitest';
import type { Streets } from '$lib/types';
import { nearStreet } from './where';

const street = (name_th: string | null, name_en: string | null, coordinates: [number, number][]) => ({ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: { id: 1, class: 'soi', name_th, name_en } });
const town = {
  type: 'FeatureCollection',
  features: [street('ถนนท่าแพ', 'Tha Phae Rd', [[98.99, 18.788], [99.0, 18.788]]), street(null, null, [[98.99, 18.7881], [99.0, 18.7881]]), street('ถนนช้างคลาน', 'Chang Khlan Rd', [[99.0, 18.78], [99.0, 18.79]])],
} as unknown as Streets;

it('names the street that is nearest, along its whole length', () => {
  expect(nearStreet(town, { lon: 98.995, lat: 18.7882 })?.name_th).toBe('ถนนท่าแพ');
  expect(nearStreet(town, { lon: 99.0001, lat: 18.784 })?.name_en).toBe('Chang Khlan Rd');
});
it('names none that is far, and none without a name', () => {
  expect(nearStreet(town, { lon: 98.995, lat: 18.79 })).toBeNull();
  expect(nearStreet(null, { lon: 98.995, lat: 18.788 })).toBeNull();
});
