// SPDX-License-Identifier: Apache-2.0
//
// The part of the pass that looks at values: transforms, and what is told.

#ifndef PRIVET_RECORD_PASS_FORMS_H_
#define PRIVET_RECORD_PASS_FORMS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include "record/codec.h"
#include "record/pass_runner.h"
#include "transform/transform.h"

namespace privet::record {

// Most bytes of a length.
inline constexpr std::size_t kMaxLength = 5;

inline bool IsPacked(Action action) {
  return action == Action::kPackedVarint || action == Action::kPackedFixed32 ||
         action == Action::kPackedFixed64;
}

template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::Secure(std::size_t index, std::size_t more,
                                    const char* p) {
  if (!kWrite || state_.measured) return true;
  const std::size_t rest = static_cast<std::size_t>(input_end_ - p) + later_;
  return state_.Grow(index, state_.outputs[index].size + more + rest + kSlack);
}

template <bool kSplit, bool kWrite>
ABSL_ATTRIBUTE_NOINLINE Cursor
Runner<kSplit, kWrite>::Special(Cursor c, const char* start, const Entry& entry,
                                Action action, const char* value, int target) {
  const bool formed =
      target != kNoOutput && formed_ && call_.formed.Has(entry.cell);
  if (entry.captured) {
    Capture(entry, action, value, c.p, target != kNoOutput && !formed);
  }
  if (!formed) {
    Aim(&c, target, start);
    return c;
  }
  Aim(&c, kNoOutput, start);
  return ApplyForm(
      c, start, entry, action,
      std::string_view(value, static_cast<std::size_t>(c.p - value)), target);
}

template <bool kSplit, bool kWrite>
void Runner<kSplit, kWrite>::Capture(const Entry& entry, Action action,
                                     const char* value, const char* end,
                                     bool kept_whole) {
  if (!kWrite) return;
  Captured told;
  told.field = entry.field;
  told.kept_whole = kept_whole;
  if (entry.codec == Codec::kNone) {
    told.bytes = std::string_view(value, static_cast<std::size_t>(end - value));
    state_.captured.push_back(told);
    return;
  }
  told.is_number = true;
  told.is_signed = IsSigned(entry.codec);
  const bool packed = IsPacked(action);
  // A dropped packed body was not looked into; nobody asks for its values.
  if (packed && !kept_whole) return;
  do {
    if (value == end) return;
    value = ReadNumber(entry.codec, value, end, &told.number);
    state_.captured.push_back(told);
  } while (packed);
}

template <bool kSplit, bool kWrite>
void Runner<kSplit, kWrite>::DropByForm(const Cursor& c, const Entry& entry) {
  if (!kWrite) return;
  state_.dropped[entry.field >> 6] |= std::uint64_t{1} << (entry.field & 63);
  // The key and the value of a map stand or fall together.
  if (c.node->is_map_entry) state_.frames[c.depth - 1].rollback = true;
}

template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::ApplyForm(Cursor c, const char* tag_bytes,
                                         const Entry& entry, Action action,
                                         std::string_view value, int target) {
  const transform::Transform* const form =
      call_.transforms[entry.cell][entry.field];
  if (form == nullptr) {
    DropByForm(c, entry);
    return c;
  }
  const auto index = static_cast<std::size_t>(target);
  Output* const out = &state_.outputs[index];
  const auto tag = static_cast<std::size_t>(VarintSize(entry.number << 3));
  const std::size_t size = value.size();
  std::size_t most = kMaxVarint;
  if (IsPacked(action)) {
    most = size * (action == Action::kPackedVarint ? kMaxVarint : 1);
  } else if (entry.codec == Codec::kNone) {
    most = form->MaxOut(size);
  }
  most += tag + kMaxLength;
  if (!kWrite) {
    out->size += most;
    return c;
  }
  if (!Secure(index, most, c.p)) return Fail(c, Fault::kMemory, &entry);
  out->high = std::max(out->high, out->size + most);
  std::memcpy(out->data + out->size, tag_bytes, tag);
  if (IsPacked(action)) {
    return ApplyToPacked(c, tag, entry, value, out, *form);
  }
  if (entry.codec != Codec::kNone) {
    return ApplyToNumber(c, tag, entry, value, out, *form);
  }
  return ApplyToBytes(c, tag, entry, action, value, out, *form);
}

// Writes the length of a body that lies at `body`, and moves it behind that.
// Returns the end of it.
inline char* CloseBody(char* at, char* body, std::size_t size) {
  const std::size_t length = VarintSize(size);
  if (at + length != body && size != 0) std::memmove(at + length, body, size);
  WriteVarint(size, at);
  return at + length + size;
}

template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::ApplyToBytes(Cursor c, std::size_t tag,
                                            const Entry& entry, Action action,
                                            std::string_view value, Output* out,
                                            const transform::Transform& form) {
  char* const at = out->data + out->size + tag;
  char* const body = at + kMaxLength;
  std::size_t size = 0;
  switch (form.ApplyBytes(value, call_.pseudonymizer, body, &size)) {
    case transform::Applied::kKept:
      break;
    case transform::Applied::kDropped:
      DropByForm(c, entry);
      return c;
    case transform::Applied::kFailed:
      return Fail(c, Fault::kKey, &entry);
    case transform::Applied::kTooLong:
      return Fail(c, Fault::kTooLong, &entry);
  }
  if (action == Action::kText && !IsUtf8(body, body + size)) {
    return Fail(c, Fault::kTransformUtf8, &entry);
  }
  out->size = static_cast<std::size_t>(CloseBody(at, body, size) - out->data);
  return c;
}

template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::ApplyToNumber(Cursor c, std::size_t tag,
                                             const Entry& entry,
                                             std::string_view value,
                                             Output* out,
                                             const transform::Transform& form) {
  std::uint64_t number = 0;
  ReadNumber(entry.codec, value.data(), value.data() + value.size(), &number);
  switch (form.ApplyNumber(&number)) {
    case transform::Applied::kKept:
      break;
    case transform::Applied::kDropped:
      DropByForm(c, entry);
      return c;
    case transform::Applied::kFailed:
      return Fail(c, Fault::kKey, &entry);
    case transform::Applied::kTooLong:
      return Fail(c, Fault::kTooLong, &entry);
  }
  char* const at = out->data + out->size + tag;
  out->size = static_cast<std::size_t>(WriteNumber(entry.codec, number, at) -
                                       out->data);
  return c;
}

template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::ApplyToPacked(Cursor c, std::size_t tag,
                                             const Entry& entry,
                                             std::string_view value,
                                             Output* out,
                                             const transform::Transform& form) {
  char* const at = out->data + out->size + tag;
  char* const body = at + kMaxLength;
  char* to = body;
  const char* const end = value.data() + value.size();
  for (const char* p = value.data(); p != end;) {
    std::uint64_t number = 0;
    p = ReadNumber(entry.codec, p, end, &number);
    switch (form.ApplyNumber(&number)) {
      case transform::Applied::kKept:
        to = WriteNumber(entry.codec, number, to);
        break;
      case transform::Applied::kDropped:
        DropByForm(c, entry);
        break;
      case transform::Applied::kFailed:
        return Fail(c, Fault::kKey, &entry);
      case transform::Applied::kTooLong:
        return Fail(c, Fault::kTooLong, &entry);
    }
  }
  if (to == body) return c;  // nothing is left of it
  const auto size = static_cast<std::size_t>(to - body);
  out->size = static_cast<std::size_t>(CloseBody(at, body, size) - out->data);
  return c;
}

// Some serializers leave out the default value of a map's entry: its form
// applies to that as well.
template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::FormOfAbsentValue(Cursor c) {
  const Entry& entry = c.node->Find(2);
  if (!entry.is_leaf || !call_.formed.Has(entry.cell) ||
      (c.seen[0] >> entry.seen & 1) != 0) {
    return c;
  }
  const std::size_t fixed = FixedSize(entry.codec);
  std::uint32_t wire_type = kWireBytes;
  Action action = entry.ActionFor(kWireBytes);
  std::size_t size = 0;
  if (entry.codec != Codec::kNone) {
    wire_type = fixed == 4   ? kWireFixed32
                : fixed == 8 ? kWireFixed64
                             : kWireVarint;
    action = entry.ActionFor(wire_type);
    size = fixed == 0 ? 1 : fixed;
  }
  static constexpr char kZeros[8] = {};
  const char tag = static_cast<char>(entry.number << 3 | wire_type);
  Aim(&c, kNoOutput, c.p);
  return ApplyForm(c, &tag, entry, action, std::string_view(kZeros, size),
                   TargetOf(entry));
}

// Looks into a message that is transformed as one value. Its faults are those
// of any message, though nothing of it is copied.
template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::CheckMessage(const Entry& entry, const char* value,
                                          const char* end, int depth) {
  if (depth == kMaxDepth) {
    state_.fault = Fault::kDepth;
    state_.fault_entry = &entry;
    return false;
  }
  if (state_.check == nullptr) {
    state_.check = std::make_unique<Pass::State>();
  }
  Pass::State& check = *state_.check;
  check.Begin(tables_);
  if (check.outputs.empty()) check.outputs.resize(1);
  check.outputs[0] = Output{};
  CallView all;
  all.permitted = tables_.all_cells;
  Runner<false, false> runner(tables_, all, &check);
  const bool ok =
      runner.Run(tables_.nodes[entry.node], value,
                 static_cast<std::size_t>(end - value), 0, depth + 1);
  state_.unknown += check.unknown;
  if (ok) return true;
  state_.fault = check.fault;
  state_.fault_entry = &entry;
  return false;
}

}  // namespace privet::record

#endif  // PRIVET_RECORD_PASS_FORMS_H_
