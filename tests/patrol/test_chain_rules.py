"""A phone's chain, and whether two photographs are one."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.patrol.rules.chain import Head, Link, digest_of, follow, placed
from unjai.patrol.rules.pictures import HIGH, WIDE, apart, dhash, same_picture, signed, unsigned

START = Head(seq=0, digest="k" * 64)


def chain(count, first="k" * 64):
    links, prev = [], first
    for seq in range(1, count + 1):
        digest = digest_of(f"{seq} after {prev}".encode())
        links.append(Link(seq=seq, digest=digest, prev=prev))
        prev = digest
    return links


def test_each_link_has_its_place():
    one, two, three = chain(3)
    assert placed(START, one) == "next"
    assert placed(START, two) == "gap"
    assert placed(START, three) == "gap"
    assert placed(START, Link(seq=1, digest="x", prev="another past")) == "fork"
    assert placed(Head(seq=2, digest=two.digest), Link(seq=1, digest="x", prev=START.digest)) == "fork"


@given(st.integers(1, 30), st.randoms())
def test_whatever_order_links_come_in_they_end_in_one_row(count, random: Random):
    links = chain(count)
    mixed = list(links)
    random.shuffle(mixed)
    head, joined, forks = follow(START, mixed)
    assert joined == tuple(links)
    assert head == Head(seq=count, digest=links[-1].digest)
    assert forks == ()


@given(st.integers(3, 20), st.data())
def test_what_comes_after_a_missing_link_waits(count, data):
    links = chain(count)
    gone = data.draw(st.integers(0, count - 2))
    head, joined, forks = follow(START, [link for at, link in enumerate(links) if at != gone])
    assert head.seq == gone
    assert joined == tuple(links[:gone])
    assert forks == ()


def test_of_two_with_one_number_the_one_that_follows_is_taken():
    one, two = chain(2)
    other = Link(seq=2, digest="0" * 64, prev="another past")
    head, joined, forks = follow(START, [other, two, one])
    assert (head.seq, joined, forks) == (2, (one, two), (other,))


def test_two_that_both_follow_are_one_and_a_fork_in_whatever_order():
    (one,) = chain(1)
    twin = Link(seq=1, digest="0" * 64, prev=one.prev)
    assert follow(START, [one, twin]) == follow(START, [twin, one])
    assert len(follow(START, [one, twin])[2]) == 1


def grey(seed):
    random = Random(seed)
    return [[random.randrange(256) for _ in range(WIDE)] for _ in range(HIGH)]


def test_a_photograph_sent_again_is_known_whatever_its_light():
    picture = grey(1)
    brighter = [[min(255, value // 2 + 60) for value in row] for row in picture]
    assert same_picture(dhash(picture), dhash(brighter))
    assert not same_picture(dhash(picture), dhash(grey(2)))


def test_a_picture_without_anything_in_it_is_like_no_other():
    dark = [[3] * WIDE for _ in range(HIGH)]
    assert apart(dhash(dark), dhash(dark)) == 0
    assert not same_picture(dhash(dark), dhash(dark))


def test_greys_of_another_size_are_refused():
    with pytest.raises(ValueError, match="9 by 8"):
        dhash([[1, 2], [3, 4]])


@given(st.integers(0, 2**64 - 1))
def test_sixty_four_bits_survive_the_database(bits):
    assert -(2**63) <= signed(bits) < 2**63
    assert unsigned(signed(bits)) == bits
