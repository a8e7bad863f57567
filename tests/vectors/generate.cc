// SPDX-License-Identifier: Apache-2.0
//
// Writes the vectors of docs/wire_format.md as JSON to standard output; the
// file beside this one is what it wrote. Every key and nonce is fixed here: no
// vector tells anything about anybody.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/keep.h"
#include "base/sealed_header.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "keys/catalogue.h"
#include "keys/epoch.h"
#include "keys/ledger_format.h"
#include "keys/rows.h"
#include "keys/wrap.h"
#include "policy/retention_class.h"
#include "privet/record_id.h"
#include "seal/bodies.h"
#include "seal/class_terms.h"
#include "seal/record_id.h"
#include "vectors/derived.h"
#include "vectors/json.h"

namespace privet {
namespace {

template <typename T>
T IdOf(std::string_view bytes) {
  return *T::FromBytes(bytes);
}

// ---- Names and hashes -------------------------------------------------------

std::string Hashes() {
  struct Case {
    std::size_t size;
    std::string key, x;
  };
  const std::vector<Case> cases = {
      {16, "", ""},
      {16, "", "privet"},
      {32, Bytes(0, 32), "privet"},
      {64, Bytes(0, 32),
       base::Info(std::string_view("ab"), std::string_view("c"))},
      {64, Bytes(0, 32),
       base::Info(std::string_view("a"), std::string_view("bc"))},
  };
  std::vector<std::string> items;
  for (const Case& one : cases) {
    items.push_back(
        Object({{"size", Number(one.size)},
                {"key", Hex(one.key)},
                {"x", Hex(one.x)},
                {"digest", Hex(crypto::H(one.size, one.key, one.x))},
                {"id4", Number(crypto::Id4(one.x))}}));
  }
  return List(items);
}

policy::Period PeriodOf(std::string id, std::vector<std::string> after,
                        std::string_view keep, std::string obligation = "") {
  policy::Period period;
  period.id = std::move(id);
  period.after = std::move(after);
  period.keep = *base::Keep::Parse(keep);
  period.obligation = std::move(obligation);
  return period;
}

std::uint32_t ClassNumber(std::vector<policy::Period> periods) {
  return policy::MakeRetentionClass(std::move(periods))->id;
}

std::vector<std::vector<policy::Period>> ClassCases() {
  return {
      {PeriodOf("content", {}, "30d")},
      {PeriodOf("account", {"account_closed"}, "90d"),
       PeriodOf("log", {}, "1y")},
      {PeriodOf("tickets", {"account_closed", "ticket_closed"}, "2w")},
      {PeriodOf("content", {}, "30d"), PeriodOf("invoices", {}, "10y", "tax")}};
}

std::string Classes() {
  std::vector<std::string> items;
  for (const std::vector<policy::Period>& periods : ClassCases()) {
    std::vector<std::string> list;
    for (const policy::Period& period : periods) {
      std::vector<std::string> after;
      for (const std::string& event : period.after)
        after.push_back(Text(event));
      list.push_back(
          Object({{"id", Text(period.id)},
                  {"after", absl::StrCat("[", absl::StrJoin(after, ", "), "]")},
                  {"keep", Text(period.keep.ToString())},
                  {"obligation", Text(period.obligation)}}));
    }
    items.push_back(
        Object({{"periods", absl::StrCat("[", absl::StrJoin(list, ", "), "]")},
                {"class", Number(ClassNumber(periods))}}));
  }
  return List(items);
}

std::string Slots() {
  const std::vector<keys::SlotKind> cases = {{keys::kObligationSlot, "tax", 0},
                                             {keys::kObligationSlot, "tax", 77},
                                             {keys::kEventSlot, "", 77},
                                             {keys::kHoldSlot, "", 0}};
  std::vector<std::string> items;
  for (const keys::SlotKind& kind : cases) {
    items.push_back(Object({{"kind", Text(kind.kind)},
                            {"name", Text(kind.name)},
                            {"class", Number(kind.retention_class)},
                            {"slot", Number(*keys::SlotNumber(kind))}}));
  }
  return List(items);
}

std::string Epochs() {
  std::vector<std::string> items;
  for (const char* text :
       {"1h", "24h", "20h", "1d", "30d", "6mo", "2y", "10y"}) {
    const base::Keep keep = *base::Keep::Parse(text);
    const absl::Time created = absl::FromUnixMillis(1'700'000'123'456);
    items.push_back(
        Object({{"keep", Text(text)},
                {"hours", Number(static_cast<std::uint64_t>(
                              absl::ToInt64Hours(keys::EpochLength(keep))))},
                {"created_ms", "1700000123456"},
                {"epoch", Number(*keys::EpochOf(created, keep))}}));
  }
  return List(items);
}

std::string RecordIds() {
  const std::uint8_t entropy[seal::kIdEntropy] = {1, 2, 3, 4, 5, 6};
  const auto owner = IdOf<OwnerId>(Bytes(0xa0, 16));
  std::vector<std::string> items;
  for (const int bits : {0, 10, 16}) {
    const RecordId id = seal::MakeRecordId(
        crypto::Id4("infermesh.v1.ApiRequest"),
        absl::FromUnixMillis(1'700'000'123'456), owner, bits, entropy);
    items.push_back(
        Object({{"type", Text("infermesh.v1.ApiRequest")},
                {"created_ms", "1700000123456"},
                {"owner", Hex(owner.view())},
                {"shard_bits", Number(static_cast<std::uint64_t>(bits))},
                {"entropy", Hex(Bytes(1, 6))},
                {"id", Hex(id.view())}}));
  }
  return List(items);
}

// ---- Records ----------------------------------------------------------------

struct Part {
  std::uint32_t compartment = 0;
  std::uint32_t retention_class = 0;
  std::uint32_t epoch = base::kNoEpoch;
  std::uint32_t slot = base::kErasableSlot;
  std::uint16_t generation = 0;
  std::uint8_t flags = 0;
  std::uint8_t owner_index = 0;
  std::string subject_key;  // S, 32 bytes
  std::string epoch_key;    // E, or empty
  std::string plaintext;
  bool dropped = false;
};

struct Draft {
  std::string name;
  std::uint8_t flags = 0;
  std::uint64_t revision = 1;
  std::string type = "infermesh.v1.ApiRequest";
  std::vector<OwnerId> further;
  std::vector<Part> parts;
  std::optional<std::string> residue;
};

struct Written {
  std::string bytes;
  std::vector<std::string> parts;  // as JSON
};

Written Write(const Draft& draft) {
  const std::uint8_t entropy[seal::kIdEntropy] = {9, 8, 7, 6, 5, 4};
  base::HeaderFields fields;
  fields.flags = draft.flags;
  fields.owner = IdOf<OwnerId>(Bytes(0xa0, 16));
  fields.id = seal::MakeRecordId(crypto::Id4(draft.type),
                                 absl::FromUnixMillis(1'700'000'123'456),
                                 fields.owner, 0, entropy);
  fields.revision = draft.revision;
  fields.policy_version = 3;
  const std::string nonce = Bytes(0x40, base::kNonceSize);
  std::copy(nonce.begin(), nonce.end(), fields.nonce.begin());
  fields.policy = "infermesh";
  fields.type = draft.type;
  fields.further_owners = draft.further;

  Written written;
  std::vector<base::Descriptor> descriptors;
  std::vector<std::array<std::uint8_t, 64>> keys;
  std::uint64_t drop = 0;
  for (const Part& part : draft.parts) {
    keys.push_back(crypto::Hash<64>(
        part.subject_key,
        base::Info(std::string_view("privet/1/compartment"),
                   base::kXChaCha20Poly1305, std::string_view(draft.type),
                   part.compartment, std::string_view(part.epoch_key))));
    base::Descriptor descriptor;
    descriptor.compartment = part.compartment;
    descriptor.retention_class = part.retention_class;
    descriptor.epoch = part.epoch;
    descriptor.slot = part.slot;
    descriptor.generation = part.generation;
    descriptor.flags = part.flags;
    descriptor.owner_index = part.owner_index;
    std::copy(keys.back().begin() + 32, keys.back().end(),
              descriptor.commitment.begin());
    descriptors.push_back(descriptor);
    if (part.dropped) drop |= std::uint64_t{1} << (descriptors.size() - 1);
    written.parts.push_back(
        Object({{"subject_key", Hex(part.subject_key)},
                {"epoch_key", Hex(part.epoch_key)},
                {"plaintext", part.dropped ? "null" : Hex(part.plaintext)}}));
  }
  fields.descriptors = descriptors;
  std::vector<seal::BodyInput> bodies;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    bodies.push_back({draft.parts[i].plaintext, keys[i].data()});
  }
  const std::string sealed = seal::SealBodies(fields, bodies, draft.residue);
  written.bytes = base::DropCompartments(*base::SealedHeader::Parse(sealed),
                                         drop, /*take_residue=*/false);
  return written;
}

Part PublicPart() {
  Part part;
  part.compartment = 0x11;
  part.owner_index = base::kNobodyIndex;
  part.subject_key = Bytes(0x10, 32);
  part.plaintext = "\x0a\x06sky-7b";
  return part;
}

Part EpochPart(std::uint32_t compartment, std::string plaintext) {
  Part part;
  part.compartment = compartment;
  part.retention_class = ClassNumber(ClassCases()[0]);
  part.epoch = *keys::EpochOf(absl::FromUnixMillis(1'700'000'123'456),
                              *base::Keep::Parse("30d"));
  part.subject_key = Bytes(0x30, 32);
  part.epoch_key = Bytes(0x70, 32);
  part.plaintext = std::move(plaintext);
  return part;
}

Part EventPart() {
  Part part;
  part.compartment = 0x33;
  part.retention_class = ClassNumber(ClassCases()[2]);
  part.slot = *keys::SlotNumber({keys::kEventSlot, "", part.retention_class});
  part.generation = 2;
  part.subject_key = Bytes(0x90, 32);
  part.plaintext = "\x12\x03ora";
  return part;
}

Draft Residue() {
  Draft draft;
  draft.name = "a residue: about nobody, nothing public";
  draft.flags = base::kAboutNobody;
  draft.type = "infermesh.v1.ApiRequest#content";
  draft.parts = {EpochPart(0x51, "\x18\x2a")};
  return draft;
}

std::vector<Draft> Drafts() {
  Draft small;
  small.name = "one compartment";
  small.parts = {EpochPart(0x22, "why is the sky blue?")};

  Draft usual;
  usual.name = "a public compartment, one by epoch, one by event, amended once";
  usual.revision = 2;
  usual.parts = {PublicPart(), EpochPart(0x22, "why is the sky blue?"),
                 EventPart()};

  Draft dropped = usual;
  dropped.name = "the compartment by epoch dropped";
  dropped.parts[1].dropped = true;

  Draft residue = Residue();
  Draft with_residue = usual;
  with_residue.name = "with a residue";
  with_residue.flags = base::kHasResidue;
  with_residue.residue = Write(residue).bytes;

  Draft taken = with_residue;
  taken.name = "the residue taken out";
  taken.residue = "";

  Draft empty = small;
  empty.name = "an empty compartment";
  empty.parts[0].plaintext = "";

  Draft several = usual;
  several.name = "about two people, one compartment padded, one held";
  several.further = {IdOf<OwnerId>(Bytes(0xc0, 16))};
  several.parts[1].flags = base::kPadded;
  several.parts[1].plaintext =
      std::string("why?\x80", 5) + std::string(27, '\0');
  several.parts[2].owner_index = 1;
  several.parts[2].flags = base::kHeld;
  return {small, usual, dropped, residue, with_residue, taken, empty, several};
}

std::string Records() {
  std::vector<std::string> items;
  for (const Draft& draft : Drafts()) {
    const Written written = Write(draft);
    items.push_back(
        Object({{"name", Text(draft.name)},
                {"compartments",
                 absl::StrCat("[", absl::StrJoin(written.parts, ", "), "]")},
                {"sealed", Hex(written.bytes)}}));
  }
  return List(items);
}

// ---- The vault and the ledger
// ------------------------------------------------

std::string WrappedKeys() {
  struct Case {
    keys::KeyKind kind;
    std::string name;
  };
  const std::string vault_key = Bytes(0xb0, 32), nonce = Bytes(0x60, 24);
  const std::string key = Bytes(0x01, 32);
  std::vector<std::string> items;
  for (const Case& one :
       {Case{keys::KeyKind::kStore, ""},
        Case{keys::KeyKind::kSubject,
             keys::SubjectKeyName({IdOf<OwnerId>(Bytes(0xa0, 16)), 77, 2})},
        Case{keys::KeyKind::kEpoch, keys::EpochKeyName(77, 15740)}}) {
    std::string row;
    base::AppendInt(&row, std::uint8_t{1});
    base::AppendInt(&row, std::uint32_t{5});
    row += nonce;
    std::string sealed(key.size() + crypto::kAeadTagSize, '\0');
    crypto::AeadSeal(vault_key.data(), nonce.data(),
                     keys::WrapContext(one.kind, one.name), key, sealed.data());
    row += sealed;
    // What stands there is what the vault reads.
    std::string back(key.size(), '\0');
    if (!keys::Unwrap(vault_key, keys::WrapContext(one.kind, one.name), row,
                      back.data(), back.size()) ||
        back != key || keys::WrappingGeneration(row) != 5u) {
      std::abort();
    }
    items.push_back(Object({{"row", Hex(keys::KeyRow(one.kind, one.name))},
                            {"vault_key", Hex(vault_key)},
                            {"generation", "5"},
                            {"key", Hex(key)},
                            {"value", Hex(row)}}));
  }
  return List(items);
}

std::string LedgerSegment() {
  keys::LedgerMark mark;
  const std::string before = Bytes(0xd0, 16);
  std::copy(before.begin(), before.end(), mark.check.begin());
  std::string segment = keys::SegmentHeader(mark);
  std::vector<std::string> entries;
  for (std::uint8_t kind = 1; kind <= 3; ++kind) {
    const std::string body = Bytes(kind, std::size_t{16} + kind);
    segment +=
        keys::SerializeEntry(&mark, 1'700'000'123'456 + kind, {kind, body});
    entries.push_back(Object({{"number", Number(mark.number)},
                              {"ms", Number(1'700'000'123'456u + kind)},
                              {"kind", Number(kind)},
                              {"body", Hex(body)}}));
  }
  return Object({{"before", Hex(before)},
                 {"entries", List(entries)},
                 {"segment", Hex(segment)}});
}

// ---- Refused ----------------------------------------------------------------

std::string Refused() {
  const std::string good = Write(Drafts()[1]).bytes;
  std::vector<std::string> items;
  const auto add = [&items](std::string_view name, std::string bytes) {
    items.push_back(Object({{"name", Text(name)}, {"sealed", Hex(bytes)}}));
  };
  const auto with = [&good](std::size_t at, std::uint8_t byte) {
    std::string bytes = good;
    bytes[at] = static_cast<char>(byte);
    return bytes;
  };
  const std::size_t first =
      base::SealedHeader::Parse(good)->header().size() - 3 * 52;
  add("a byte behind the end", good + '\0');
  add("a byte short", good.substr(0, good.size() - 1));
  add("a version that is not known", with(3, '2'));
  add("the reserved algorithm", with(4, 2));
  add("a flag that is not known", with(5, 4));
  add("no compartment", with(6, 0));
  add("65 compartments", with(6, 65));
  add("revision 0", with(40, 0));
  add("an empty policy id", with(76, 0));
  add("compartments out of order", with(first, 0x23));
  add("a public compartment with a class", with(first + 4, 1));
  add("a public compartment in an epoch", with(first + 8, 0xfe));
  add("a reserved slot", with(first + 52 + 12, 1));
  add("a compartment flag that is not known", with(first + 52 + 18, 4));
  add("an owner that is not there", with(first + 52 + 19, 1));
  return List(items);
}

int Run() {
  std::cout << "{\n"
            << " \"hashes\": " << Hashes() << ",\n"
            << " \"classes\": " << Classes() << ",\n"
            << " \"slots\": " << Slots() << ",\n"
            << " \"epochs\": " << Epochs() << ",\n"
            << " \"record_ids\": " << RecordIds() << ",\n"
            << " \"records\": " << Records() << ",\n"
            << " \"wrapped_keys\": " << WrappedKeys() << ",\n"
            << " \"ledger\": " << LedgerSegment() << ",\n"
            << DerivedVectors() << " \"refused\": " << Refused() << "\n"
            << "}\n";
  return std::cout.good() ? 0 : 1;
}

}  // namespace
}  // namespace privet

int main() { return privet::Run(); }
