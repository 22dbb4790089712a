"""The tree against the RFC's own vectors and against a naive one written from its definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unjai.model.merkle import (
    EMPTY,
    Growing,
    consistency_parts,
    holds_consistency,
    holds_inclusion,
    inclusion_parts,
    leaf_hash,
    peaks,
    range_parts,
    root_of,
    root_with,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The vectors of Certificate Transparency's reference implementation: leaves, and the root after each."""

LEAVES = [hashlib.sha256(bytes([n])).digest() for n in range(256)]
sizes = st.integers(1, 130)


def naive(leaves):
    """MTH of RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def naive_path(m, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*naive_path(m, leaves[:k]), naive(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive(leaves[:k])]


def naive_proof(m, leaves, whole=True):
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if whole else [naive(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive(leaves[:k])]


def hashes(parts):
    return [naive(LEAVES[first:last]) for first, last in parts]


def test_the_known_vectors():
    tree = Growing()
    assert tree.root() == EMPTY == hashlib.sha256(b"").digest()
    for said, root in zip(INPUTS, ROOTS, strict=True):
        tree.add(leaf_hash(bytes.fromhex(said)))
        assert tree.root().hex() == root


def test_known_proofs_of_the_reference_implementation():
    leaves = [leaf_hash(bytes.fromhex(said)) for said in INPUTS]
    path = ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]
    path.append("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e")
    path.append("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")
    assert holds_inclusion(leaves[0], 0, 8, [bytes.fromhex(one) for one in path], bytes.fromhex(ROOTS[7]))
    known = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    old, new = bytes.fromhex(ROOTS[5]), bytes.fromhex(ROOTS[7])
    assert holds_consistency(6, 8, old, new, [bytes.fromhex(one) for one in known])


@given(sizes)
def test_a_root_is_the_naive_one(size):
    assert root_of(LEAVES[:size]) == naive(LEAVES[:size])


@given(sizes, st.data())
def test_inclusion_is_the_naive_path_and_holds_for_nothing_else(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = hashes(inclusion_parts(index, size))
    root = naive(LEAVES[:size])
    assert proof == naive_path(index, LEAVES[:size])
    assert holds_inclusion(LEAVES[index], index, size, proof, root)
    assert not holds_inclusion(LEAVES[index + 1], index, size, proof, root)
    assert not holds_inclusion(LEAVES[index], index, size, [*proof, root], root)
    assert not holds_inclusion(LEAVES[index], size, size, proof, root)
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index))
        assert not holds_inclusion(LEAVES[index], other, size, proof, root)
        assert not holds_inclusion(LEAVES[index], index, size, proof[:-1], root)


@given(sizes, st.data())
def test_consistency_is_the_naive_proof_and_holds_for_nothing_else(second, data):
    first = data.draw(st.integers(1, second))
    proof = hashes(consistency_parts(first, second))
    old, new = naive(LEAVES[:first]), naive(LEAVES[:second])
    assert proof == naive_proof(first, LEAVES[:second])
    assert holds_consistency(first, second, old, new, proof)
    assert not holds_consistency(first, second, naive(LEAVES[1 : first + 1]), new, proof)
    assert not holds_consistency(first, second, old, naive(LEAVES[1 : second + 1]), proof)
    assert not holds_consistency(first, second, old, new, [*proof, new])
    assert holds_consistency(0, second, EMPTY, new, [])


@given(sizes, st.data())
def test_a_range_leads_to_the_root_and_a_changed_one_does_not(size, data):
    begin = data.draw(st.integers(0, size))
    end = data.draw(st.integers(begin, size))
    proof = hashes(range_parts(begin, end, size))
    root = naive(LEAVES[:size])
    assert root_with(LEAVES[begin:end], begin, size, proof) == root
    assert root_with(LEAVES[begin:end], begin, size, [*proof, root]) is None
    if end > begin:
        which = data.draw(st.integers(begin, end - 1))
        changed = [*LEAVES[begin:which], LEAVES[200], *LEAVES[which + 1 : end]]
        assert root_with(changed, begin, size, proof) != root
        assert root_with(LEAVES[begin : end - 1], begin, size, proof) != root


@given(st.integers(0, 100), st.integers(0, 100))
def test_peaks_cover_the_leaves_without_gap_or_overlap(begin, length):
    at = begin
    for level, index in peaks(begin, begin + length):
        assert index << level == at
        at += 1 << level
    assert at == begin + length


@pytest.mark.parametrize("first", [-1, 9])
def test_sizes_that_cannot_be_prove_nothing(first):
    assert not holds_consistency(first, 8, EMPTY, EMPTY, [])
