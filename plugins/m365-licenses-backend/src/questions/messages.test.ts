import { type AskedLicense, questionMessage } from './messages';

const message = (licenses: AskedLicense[], notice: 'asked' | 'reminded') =>
  questionMessage({
    notice,
    licenses,
    reason: 'Not used since spring. ',
    answerUntil: '2026-11-27T10:00:00.000Z',
  });

describe('questionMessage', () => {
  it('asks about a license of one’s own', () => {
    expect(message([{ product: 'E3', person: null }], 'asked')).toEqual({
      title: 'Do you still need E3?',
      description:
        'E3. Why you are asked: Not used since spring. Answer by 2026-11-27 on My licenses: keep it, with a reason, or hand it back. What nobody answers for is taken back then.',
    });
  });

  it('names whose licenses others answer for, and not more than ten', () => {
    const licenses = Array.from({ length: 12 }, (_, index) => ({
      product: 'E3',
      person: index === 0 ? null : `Person ${index}`,
    }));
    const { title, description } = message(licenses, 'reminded');
    expect(title).toBe('Reminder: Are these 12 licenses still needed?');
    expect(description).toContain('E3; E3 of Person 1; ');
    expect(description).toContain('E3 of Person 9; and 2 more. Why');
    expect(message(licenses.slice(1, 2), 'asked').title).toBe(
      'Does Person 1 still need E3?',
    );
    expect(
      message(
        licenses.slice(0, 2).map(license => ({ ...license, person: null })),
        'asked',
      ).title,
    ).toBe('Do you still need these 2 licenses?');
  });
});
