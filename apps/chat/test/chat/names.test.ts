import { describe, expect, it } from 'vitest';
import { ERRAND_TAG, Names } from '../../src/chat/names.js';
import { idOf, member } from '../support/fake-peer.js';

const bob = member({ id: idOf('b'), nick: 'bob' });
const cy = member({ id: idOf('c'), nick: 'cy' });

describe('names', () => {
  it('are nicks', () => {
    expect(new Names([bob, cy]).of(bob.id)).toBe('bob');
  });

  it.each(['bob', 'BOB', 'b\u200dob', '\u001b[1mbob', 'ｂｏｂ'])('tell %j from bob', (nick) => {
    const names = new Names([bob, member({ id: idOf('d'), nick })]);
    expect(names.of(bob.id)).toBe('bob~bbbb');
    expect(names.of(idOf('d'))).toMatch(/~dddd$/);
  });

  it('of unreadable nicks are ids', () => {
    expect(new Names([member({ nick: '--' })]).of(idOf('b'))).toBe('~bbbb');
  });

  it('of authors who are away are what they called themselves', () => {
    expect(new Names([bob]).of(idOf('e'), 'eve')).toBe('eve');
    expect(new Names().of(idOf('e'))).toBe('~eeee');
  });

  it('tell somebody away from a member, and from somebody else who is away', () => {
    const names = new Names([bob]);
    expect(names.of(idOf('d'), 'Bob')).toBe('Bob~dddd');
    expect(names.of(idOf('e'), 'eve')).toBe('eve');
    expect(names.of(idOf('f'), 'eve')).toBe('eve~ffff');
    expect(names.of(idOf('e'), 'eve')).toBe('eve~eeee');
  });

  it('tell a newcomer from somebody who wrote under that nick before', () => {
    const names = new Names();
    names.of(idOf('e'), 'eve');
    names.refresh([member({ id: idOf('f'), nick: 'eve' })]);
    expect(names.of(idOf('f'))).toBe('eve~ffff');
    names.refresh([member({ id: idOf('e'), nick: 'eve' })]);
    expect(names.of(idOf('e'))).toBe('eve');
  });

  it('are let go of with the member', () => {
    const names = new Names([bob, member({ id: idOf('d'), nick: 'bob' })]);
    names.drop(idOf('d'));
    expect(names.of(bob.id)).toBe('bob');
    names.put({ ...bob, nick: 'rob' });
    expect(names.all()).toEqual(['rob']);
  });

  it('of one errand after the other need no ids', () => {
    const tags = { [ERRAND_TAG]: 'send' };
    const first = member({ id: idOf('1'), nick: 'send', tags });
    const second = member({ id: idOf('2'), nick: 'send', tags });
    expect(new Names([first, second]).of(first.id)).toBe('send');
    expect(new Names([first, member({ id: idOf('3'), nick: 'send' })]).of(first.id)).toBe(
      'send~1111',
    );
  });

  it('are found as typed', () => {
    const names = new Names([bob, cy]);
    expect(names.find('BOB')).toEqual({ kind: 'one', id: bob.id });
    expect(names.find(cy.id)).toEqual({ kind: 'one', id: cy.id });
    expect(names.find('bbo')).toEqual({ kind: 'none', near: 'bob' });
  });

  it('that are shared must be typed in full', () => {
    const names = new Names([bob, member({ id: idOf('d'), nick: 'bob' })]);
    expect(names.find('bob')).toEqual({ kind: 'several', names: ['bob~bbbb', 'bob~dddd'] });
    expect(names.find('bob~dddd')).toEqual({ kind: 'one', id: idOf('d') });
  });
});
