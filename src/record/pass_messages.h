// SPDX-License-Identifier: Apache-2.0
//
// The part of the pass that goes into messages and groups, and out of them.

#ifndef PRIVET_RECORD_PASS_MESSAGES_H_
#define PRIVET_RECORD_PASS_MESSAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "record/pass_runner.h"

namespace privet::record {

template <bool kSplit, bool kWrite>
inline Cursor Runner<kSplit, kWrite>::Message(Cursor c, const char* start,
                                              const Entry& entry) {
  std::uint32_t length = 0;
  if (!ReadLength(&c, &length, &entry)) return c;
  if (ABSL_PREDICT_FALSE(!Note(c, entry))) {
    return Fail(c, Fault::kTwice, &entry);
  }
  const std::uint64_t mask = MaskOf(entry);
  if (ABSL_PREDICT_FALSE(entry.is_leaf && mask != 0 && formed_ &&
                         call_.formed.Has(entry.cell))) {
    return FormedMessage(c, start, entry, length);
  }
  if (ABSL_PREDICT_FALSE(entry.captured)) {
    Capture(entry, Action::kBytes, c.p, c.p + length, mask != 0);
  }
  if (mask == 0) {
    Aim(&c, kNoOutput, start);
    c.p += length;
    return c;
  }
  return Enter(c, start, entry, mask, c.p + length);
}

// A message that is one value, and leaves in a form only.
template <bool kSplit, bool kWrite>
ABSL_ATTRIBUTE_NOINLINE Cursor Runner<kSplit, kWrite>::FormedMessage(
    Cursor c, const char* start, const Entry& entry, std::size_t length) {
  const char* const value = c.p;
  if (!CheckMessage(entry, value, value + length, c.depth)) {
    c.p = nullptr;
    return c;
  }
  c.p += length;
  return Special(c, start, entry, Action::kBytes, value, TargetOf(entry));
}

template <bool kSplit, bool kWrite>
ABSL_ATTRIBUTE_NOINLINE Cursor
Runner<kSplit, kWrite>::Group(Cursor c, const char* start, const Entry& entry) {
  if (!Note(c, entry)) return Fail(c, Fault::kTwice, &entry);
  std::uint64_t mask = MaskOf(entry);
  // No form fits a group, so one that must leave in a form does not leave.
  if (entry.is_leaf && formed_ && call_.formed.Has(entry.cell)) mask = 0;
  if (mask != 0) return Enter(c, start, entry, mask, nullptr);
  Fault fault = Fault::kNone;
  const std::uint32_t tag = entry.number << 3 | kWireStartGroup;
  const char* const after = SkipUnknown(c.p, c.end, tag, c.depth, &fault);
  if (after == nullptr) return Fail(c, fault, &entry);
  Aim(&c, kNoOutput, start);
  c.p = after;
  return c;
}

// Goes down into a message whose body begins at the cursor. A group has no
// `body_end`.
template <bool kSplit, bool kWrite>
inline Cursor Runner<kSplit, kWrite>::Enter(Cursor c, const char* start,
                                            const Entry& entry,
                                            std::uint64_t mask,
                                            const char* body_end) {
  if (ABSL_PREDICT_FALSE(c.depth == kMaxDepth)) {
    return Fail(c, Fault::kDepth, &entry);
  }
  Frame& frame = state_.frames[c.depth];
  frame.node = c.node;
  frame.end = c.end;
  frame.seen = c.seen;
  frame.entry = &entry;
  frame.mask = mask;
  frame.rollback = false;
  frame.group = body_end == nullptr ? entry.number : 0;
  if (body_end != nullptr) {
    frame.length = static_cast<std::uint32_t>(body_end - c.p);
    frame.length_size = static_cast<std::uint8_t>(VarintSize(frame.length));
  }
  if (!kSplit || (mask & (mask - 1)) == 0) {
    const int target = kSplit ? absl::countr_zero(mask) : 0;
    Aim(&c, target, start);
    frame.target = static_cast<std::uint8_t>(target);
    const std::size_t size = state_.outputs[frame.target].size;
    frame.header_start = size + static_cast<std::size_t>(start - c.run);
    frame.body_start = size + static_cast<std::size_t>(c.p - c.run);
  } else {
    Aim(&c, kNoOutput, start);
    frame.target = kManyOutputs;
    frame.first_start = state_.starts.size();
    for (std::uint64_t rest = mask; rest != 0; rest &= rest - 1) {
      Output& out =
          state_.outputs[static_cast<std::size_t>(absl::countr_zero(rest))];
      Append(&out, start, static_cast<std::size_t>(c.p - start));
      state_.starts.push_back(out.size);
    }
  }
  ++c.depth;
  c.seen += c.node->seen_words;
  c.node = &tables_.nodes[entry.node];
  for (std::size_t i = 0; i < c.node->seen_words; ++i) c.seen[i] = 0;
  if (body_end != nullptr) c.end = body_end;
  return c;
}

template <bool kSplit, bool kWrite>
inline Cursor Runner<kSplit, kWrite>::EndOfMessage(Cursor c) {
  const Frame& frame = state_.frames[c.depth - 1];
  if (frame.group != 0) return Fail(c, Fault::kGroup, frame.entry);
  if (ABSL_PREDICT_FALSE(formed_ && c.node->is_map_entry)) {
    c = FormOfAbsentValue(c);
    if (c.p == nullptr) return c;
  }
  if (!kSplit || frame.target != kManyOutputs) {
    std::size_t size = state_.outputs[frame.target].size - frame.body_start;
    if (c.target == frame.target) size += static_cast<std::size_t>(c.p - c.run);
    if (size != frame.length || frame.rollback) {
      Aim(&c, kNoOutput, c.p);
      if (!PatchOne(c.p, frame)) return Fail(c, Fault::kMemory, frame.entry);
    }
  } else {
    Aim(&c, kNoOutput, c.p);
    if (!PatchMany(c.p, frame)) return Fail(c, Fault::kMemory, frame.entry);
  }
  return Leave(c, frame);
}

template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::PatchOne(const char* p, const Frame& frame) {
  if (!frame.rollback || !kWrite) {
    return Patch(p, frame.target, frame.body_start, frame);
  }
  Output& out = state_.outputs[frame.target];
  out.high = std::max(out.high, out.size);
  out.size = frame.header_start;
  return true;
}

template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::PatchMany(const char* p, const Frame& frame) {
  std::size_t next = frame.first_start;
  for (std::uint64_t rest = frame.mask; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<std::size_t>(absl::countr_zero(rest));
    if (!Patch(p, index, state_.starts[next++], frame)) return false;
  }
  state_.starts.resize(frame.first_start);
  return true;
}

template <bool kSplit, bool kWrite>
Cursor Runner<kSplit, kWrite>::EndOfGroup(Cursor c, const char* start,
                                          std::uint32_t number) {
  if (c.depth == bottom_ || state_.frames[c.depth - 1].group != number) {
    return Fail(c, Fault::kGroup, nullptr);
  }
  const Frame& frame = state_.frames[c.depth - 1];
  if (frame.target != kManyOutputs) {
    Aim(&c, frame.target, start);
  } else {
    Aim(&c, kNoOutput, start);
    for (std::uint64_t rest = frame.mask; rest != 0; rest &= rest - 1) {
      Append(&state_.outputs[static_cast<std::size_t>(absl::countr_zero(rest))],
             start, static_cast<std::size_t>(c.p - start));
    }
    state_.starts.resize(frame.first_start);
  }
  return Leave(c, frame);
}

template <bool kSplit, bool kWrite>
inline Cursor Runner<kSplit, kWrite>::Leave(Cursor c, const Frame& frame) {
  c.node = frame.node;
  c.end = frame.end;
  c.seen = frame.seen;
  --c.depth;
  return c;
}

// Makes the length of a message right, in its shortest form, after its body
// came out shorter (or, by a transform, longer).
template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::Patch(const char* p, std::size_t index,
                                   std::size_t body_start, const Frame& frame) {
  Output* const out = &state_.outputs[index];
  const std::size_t length = out->size - body_start;
  if (length == frame.length) return true;
  const std::size_t size = VarintSize(length);
  if (!kWrite) {  // an upper bound does
    if (size > frame.length_size) out->size += size - frame.length_size;
    return true;
  }
  if (size > frame.length_size && !Secure(index, size - frame.length_size, p)) {
    return false;
  }
  char* const body = out->data + body_start;
  char* const at = body - frame.length_size;
  if (size != frame.length_size) std::memmove(at + size, body, length);
  WriteVarint(length, at);
  out->high = std::max(out->high, out->size);
  out->size = body_start - frame.length_size + size + length;
  return true;
}

}  // namespace privet::record

#endif  // PRIVET_RECORD_PASS_MESSAGES_H_
