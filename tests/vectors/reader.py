#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second reader and writer of docs/wire_format.md, which shares no code with the library.

    reader.py VECTORS.json

Reads every vector, opens every record with the keys that stand beside it, writes each again from what it read, and
compares byte for byte. Exits 1, and says which, if one differs.
"""
import ctypes
import ctypes.util
import hashlib
import json
import struct
import sys

NO_EPOCH = 0xffffffff
TAG = 16


class Refused(Exception):
    """The bytes are no sealed record."""


def need(condition, what):
    if not condition:
        raise Refused(what)


# ---- notation ----------------------------------------------------------------

def lp(part):
    return struct.pack("<H", len(part)) + part


def info(*parts):
    return b"".join(lp(part) for part in parts)


def u8(number):
    return struct.pack("<B", number)


def u32(number):
    return struct.pack("<I", number)


def h(size, key, x):
    return hashlib.blake2b(x, digest_size=size, key=key).digest()


def id4(x):
    return struct.unpack("<I", h(16, b"", x)[:4])[0]


# ---- the cipher ----------------------------------------------------------------

def load_sodium():
    library = ctypes.CDLL(ctypes.util.find_library("sodium") or "libsodium.so.23")
    if library.sodium_init() < 0:
        sys.exit("reader: libsodium does not start")
    return library


SODIUM = load_sodium()


def aead_seal(key, nonce, ad, plaintext):
    out = ctypes.create_string_buffer(len(plaintext) + TAG)
    SODIUM.crypto_aead_xchacha20poly1305_ietf_encrypt(
        out, None, plaintext, ctypes.c_ulonglong(len(plaintext)), ad, ctypes.c_ulonglong(len(ad)), None, nonce, key)
    return out.raw


def aead_open(key, nonce, ad, sealed):
    out = ctypes.create_string_buffer(max(1, len(sealed) - TAG))
    failed = SODIUM.crypto_aead_xchacha20poly1305_ietf_decrypt(
        out, None, None, sealed, ctypes.c_ulonglong(len(sealed)), ad, ctypes.c_ulonglong(len(ad)), nonce, key)
    if failed != 0:
        raise ValueError("does not open")
    return out.raw[:len(sealed) - TAG]


# ---- names -----------------------------------------------------------------------

UNITS = {"s": 1, "h": 3600, "d": 86400, "w": 7 * 86400, "mo": 31 * 86400, "y": 366 * 86400}


def keep_seconds(keep):
    digits = keep.rstrip("shdwmoy")
    return int(digits) * UNITS[keep[len(digits):]]


def epoch_hours(keep):
    return min(max(keep_seconds(keep) // 16 // 3600, 1), 30 * 24)


def class_id(periods):
    parts = [b"privet/1/class"]
    for period in sorted(periods, key=lambda one: one["id"].encode()):
        parts += [period["id"].encode(), ",".join(sorted(period["after"])).encode(), period["keep"].encode(),
                  period["obligation"].encode()]
    return id4(info(*parts))


def slot_number(kind, name, retention_class):
    return id4(info(b"privet/1/slot", kind.encode(), name.encode(), u32(retention_class)))


def record_id(record_type, created_ms, owner, shard_bits, entropy):
    mask = (0xffff << (16 - shard_bits)) & 0xffff
    shard = (int.from_bytes(owner[:2], "big") & mask) | (int.from_bytes(entropy[:2], "big") & ~mask & 0xffff)
    return struct.pack(">I", id4(record_type)) + created_ms.to_bytes(6, "big") + struct.pack(">H", shard) + entropy[2:]


def compartment_key(subject_key, algorithm, record_type, compartment, epoch_key):
    both = h(64, subject_key, info(b"privet/1/compartment", u8(algorithm), record_type, u32(compartment), epoch_key))
    return both[:32], both[32:]


# ---- the record --------------------------------------------------------------------

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        need(self.at + size <= len(self.data), "cut short")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]


def parse_descriptor(reader, further):
    one = dict(zip(("compartment", "class", "epoch", "slot", "generation", "flags", "owner"),
                   struct.unpack("<IIIIHBB", reader.take(20))))
    one["commitment"] = reader.take(32)
    need(one["flags"] & ~3 == 0, "a compartment flag")
    need(one["slot"] == 0 or one["slot"] >= 16, "a reserved slot")
    need((one["class"] == 0) == (one["owner"] == 255), "public and nobody's")
    if one["class"] == 0:
        need(one["epoch"] == NO_EPOCH and one["slot"] == 0 and one["flags"] & 2 == 0, "a public compartment")
    else:
        need(one["owner"] <= further, "an owner that is not there")
    return one


def parse(data):
    """Returns the record as a dict, or raises Refused."""
    need(76 <= len(data) <= 64 << 20, "size")
    reader = Reader(data)
    need(reader.take(4) == b"PRV1", "magic")
    record = {"algorithm": reader.number("B"), "flags": reader.number("B")}
    count = reader.number("H")
    need(record["algorithm"] == 1, "algorithm")
    need(record["flags"] & ~3 == 0, "flags")
    need(1 <= count <= 64, "count")
    record.update(id=reader.take(16), owner=reader.take(16), revision=reader.number("Q"), version=reader.number("I"),
                  nonce=reader.take(24))
    need(record["revision"] >= 1, "revision")
    record["policy"] = reader.take(reader.number("H"))
    record["type"] = reader.take(reader.number("H"))
    need(1 <= len(record["policy"]) <= 255 and 1 <= len(record["type"]) <= 511, "names")
    further = reader.number("B")
    need(further <= 15, "further owners")
    record["further"] = [reader.take(16) for _ in range(further)]
    need(len(set(record["further"] + [record["owner"]])) == further + 1, "an owner twice")
    record["compartments"] = [parse_descriptor(reader, further) for _ in range(count)]
    ids = [one["compartment"] for one in record["compartments"]]
    need(all(a < b for a, b in zip(ids, ids[1:])), "order")
    need(set(range(1, further + 1)) <= {one["owner"] for one in record["compartments"]}, "an owner without one")
    record["header"] = data[:reader.at]
    record["bodies"] = []
    for _ in range(count):
        size = reader.number("I")
        need(size == 0 or TAG <= size <= 16 << 20, "a body's size")
        record["bodies"].append(reader.take(size))
    record["residue"] = reader.take(reader.number("I")) if record["flags"] & 2 else None
    need(reader.at == len(data), "something follows")
    return record


def write_header(record):
    out = b"PRV1" + struct.pack("<BBH", record["algorithm"], record["flags"], len(record["compartments"]))
    out += record["id"] + record["owner"] + struct.pack("<QI", record["revision"], record["version"])
    out += record["nonce"] + lp(record["policy"]) + lp(record["type"])
    out += u8(len(record["further"])) + b"".join(record["further"])
    for one in record["compartments"]:
        out += struct.pack("<IIIIHBB", one["compartment"], one["class"], one["epoch"], one["slot"], one["generation"],
                           one["flags"], one["owner"]) + one["commitment"]
    return out


def write(record, plaintexts, keys):
    header = write_header(record)
    out = header
    for plaintext, key in zip(plaintexts, keys):
        body = b"" if plaintext is None else aead_seal(key, record["nonce"], header, plaintext)
        out += u32(len(body)) + body
    if record["residue"] is not None:
        out += u32(len(record["residue"])) + record["residue"]
    return out


# ---- checks --------------------------------------------------------------------------

def raw(text):
    return bytes.fromhex(text)


def check_names(vectors):
    for one in vectors["hashes"]:
        assert h(one["size"], raw(one["key"]), raw(one["x"])).hex() == one["digest"], one
        assert id4(raw(one["x"])) == one["id4"], one
    for one in vectors["classes"]:
        assert class_id(one["periods"]) == one["class"], one
    for one in vectors["slots"]:
        assert slot_number(one["kind"], one["name"], one["class"]) == one["slot"], one
    for one in vectors["epochs"]:
        assert epoch_hours(one["keep"]) == one["hours"], one
        assert one["created_ms"] // (one["hours"] * 3600 * 1000) == one["epoch"], one
    for one in vectors["record_ids"]:
        made = record_id(one["type"].encode(), one["created_ms"], raw(one["owner"]), one["shard_bits"],
                         raw(one["entropy"]))
        assert made.hex() == one["id"], one


def check_derived(vectors):
    for one in vectors["pseudonyms"]:
        key = h(32, raw(one["key"]), info(b"privet/1/pseudonym", one["recipient"].encode(), u32(one["generation"])))
        made = h(16, key, info(one["category"].encode(), raw(one["value"])))
        assert made.hex() == one["pseudonym"], one
    for one in vectors["index_values"]:
        key = h(32, raw(one["store_key"]), info(b"privet/1/index", one["index"].encode(), u32(one["generation"])))
        assert h(32, key, info(raw(one["normalized"]))).hex() == one["value"], one
    for one in vectors["state_macs"]:
        assert h(16, raw(one["state_key"]), info(raw(one["row"]), raw(one["value"]))).hex() == one["mac"], one


def check_wrapped_key(one):
    kind, name = raw(one["row"])[:1], raw(one["row"])[1:]
    reader = Reader(raw(one["value"]))
    assert reader.number("B") == 1 and reader.number("I") == one["generation"], one
    nonce, context, vault_key = reader.take(24), info(b"privet/1/wrap", kind, name), raw(one["vault_key"])
    assert aead_open(vault_key, nonce, context, reader.data[reader.at:]) == raw(one["key"]), one
    again = u8(1) + u32(one["generation"]) + nonce + aead_seal(vault_key, nonce, context, raw(one["key"]))
    assert again == reader.data and len(again) == 77, one


def check_ledger(ledger):
    check = raw(ledger["before"])
    out = b"PVL1" + struct.pack("<Q", ledger["entries"][0]["number"]) + check
    for one in ledger["entries"]:
        entry = struct.pack("<IQqB", len(raw(one["body"])), one["number"], one["ms"], one["kind"]) + raw(one["body"])
        check = h(16, b"", info(b"privet/1/ledger", check, entry))
        out += entry + check
    assert out.hex() == ledger["segment"], "the ledger"


def check_record(vector):
    data = raw(vector["sealed"])
    record = parse(data)
    assert struct.unpack(">I", record["id"][:4])[0] == id4(record["type"]), "the id is of another type"
    plaintexts, keys = [], []
    for one, body, given in zip(record["compartments"], record["bodies"], vector["compartments"]):
        key, commitment = compartment_key(raw(given["subject_key"]), record["algorithm"], record["type"],
                                          one["compartment"], raw(given["epoch_key"]))
        assert commitment == one["commitment"], "the commitment differs"
        plaintext = aead_open(key, record["nonce"], record["header"], body) if body else None
        assert plaintext == (None if given["plaintext"] is None else raw(given["plaintext"])), "the plaintext differs"
        plaintexts.append(plaintext)
        keys.append(key)
    assert write(record, plaintexts, keys) == data, "what is written again differs"
    if record["residue"]:
        residue = parse(record["residue"])
        assert residue["flags"] == 1 and residue["type"].startswith(record["type"] + b"#"), "the residue"
    check_damage(record, data, keys)


def check_damage(record, data, keys):
    """Every truncation is refused, and every flipped bit of the header or of an opened body."""
    for size in range(len(data)):
        check_refused(data[:size], "truncated to %d" % size)
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            other = parse(bytes(changed))
        except Refused:
            continue
        if other["header"] == record["header"] and other["bodies"] == record["bodies"]:
            continue  # in the residue, which nothing in its parent binds
        for i, body in enumerate(other["bodies"]):
            if not body or (other["header"] == record["header"] and body == record["bodies"][i]):
                continue
            try:
                aead_open(keys[i], other["nonce"], other["header"], body)
            except ValueError:
                continue
            raise AssertionError("opens with bit %d flipped" % bit)


def check_refused(data, name):
    try:
        parse(data)
    except Refused:
        return
    raise AssertionError("not refused: " + name)


def main(path):
    with open(path, encoding="utf-8") as file:
        vectors = json.load(file)
    check_names(vectors)
    check_derived(vectors)
    for vector in vectors["wrapped_keys"]:
        check_wrapped_key(vector)
    check_ledger(vectors["ledger"])
    for vector in vectors["records"]:
        try:
            check_record(vector)
        except AssertionError as error:
            sys.exit("reader: %s: %s" % (vector["name"], error))
    for vector in vectors["refused"]:
        check_refused(raw(vector["sealed"]), vector["name"])
    print("%d records read, opened and written again; %d refused" % (len(vectors["records"]), len(vectors["refused"])))


if __name__ == "__main__":
    main(sys.argv[1])
