// SPDX-License-Identifier: Apache-2.0

#include "record/pass.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "record/pass_forms.h"
#include "record/pass_messages.h"
#include "record/pass_runner.h"
#include "record/pass_state.h"

namespace privet::record {
namespace {

constexpr absl::string_view kAgain =
    "; parse and serialize the record before it is handed in";

// Returns what is wrong, without the place.
absl::string_view Describe(Fault fault) {
  switch (fault) {
    case Fault::kTwice:
      return "a singular field is there twice, or two members of a oneof are";
    case Fault::kPadded:
      return "a tag or length is longer than it needs to be";
    case Fault::kTag:
      return "a tag has more than 32 bits";
    case Fault::kNumber:
      return "a field has the number 0";
    case Fault::kWireType:
      return "a field has a wire type that does not exist";
    case Fault::kGroup:
      return "the start and end of a group do not match";
    case Fault::kLength:
      return "a value ends past what is around it";
    case Fault::kVarint:
      return "a number has more than 10 bytes";
    case Fault::kPacked:
      return "a packed field does not hold a whole number of values";
    case Fault::kUtf8:
      return "a text is not UTF-8";
    case Fault::kDepth:
      return "messages lie in each other more than 100 levels deep";
    case Fault::kTransformUtf8:
      return "its transform made text that is not UTF-8";
    case Fault::kKey:
      return "the key of its pseudonym is not at hand";
    case Fault::kTooLong:
      return "a pseudonym is made of at most 65,535 bytes, and the value has "
             "more; truncate it first, or drop it";
    case Fault::kMemory:
    case Fault::kNone:
      break;
  }
  return "out of memory";
}

// Returns where it is: the field, or the message that holds what is unknown.
std::string Place(const Tables& tables, const Pass::State& state) {
  if (state.fault_entry != nullptr) {
    return absl::StrCat("field `", tables.fields[state.fault_entry->field].path,
                        "` of `", tables.type, "`");
  }
  if (state.fault_depth == 0) return absl::StrCat("`", tables.type, "`");
  const Entry& around = *state.frames[state.fault_depth - 1].entry;
  return absl::StrCat("message `", tables.fields[around.field].path, "` of `",
                      tables.type, "`");
}

absl::Status ToStatus(const Tables& tables, const Pass::State& state) {
  const std::string text =
      absl::StrCat(Place(tables, state), ": ", Describe(state.fault));
  switch (state.fault) {
    case Fault::kKey:
      return absl::UnavailableError(text);
    case Fault::kTooLong:
    case Fault::kMemory:
    case Fault::kNone:
      return absl::ResourceExhaustedError(text);
    case Fault::kTransformUtf8:
      return absl::InvalidArgumentError(text);
    default:
      return absl::InvalidArgumentError(absl::StrCat(text, kAgain));
  }
}

}  // namespace

// Runs passes with the state of a Pass, and says what went wrong.
class PassRunner {
 public:
  PassRunner(const Plan& plan, const CallView& call, Pass::State* state)
      : tables_(plan.tables()), call_(call), state_(*state) {
    state_.Begin(tables_);
  }

  absl::Status Split(std::string_view record) {
    if (record.size() > state_.max_bytes) return TooLong();
    const std::size_t count = tables_.compartments.size();
    if (count * (record.size() + kSlack) <= kSmallBlock) {
      if (!state_.LayoutEqual(count, record.size() + kSlack)) return Full();
      return RunOne<true, true>(record, 0) ? absl::OkStatus() : Failed();
    }
    return SplitMeasured(record, count);
  }

  absl::Status Join(absl::Span<const std::string_view> inputs) {
    std::size_t rest = 0;
    for (const std::string_view input : inputs) rest += input.size();
    if (rest > state_.max_bytes) return TooLong();
    if (!state_.LayoutEqual(1, rest + kSlack)) return Full();
    for (const std::string_view input : inputs) {
      rest -= input.size();
      if (!RunOne<false, true>(input, rest)) return Failed();
    }
    return absl::OkStatus();
  }

 private:
  // Finds out how long each output gets, and then makes them.
  absl::Status SplitMeasured(std::string_view record, std::size_t count) {
    state_.outputs.assign(count, Output{});
    if (!RunOne<true, false>(record, 0)) return Failed();
    std::vector<std::size_t> capacities;
    capacities.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      capacities.push_back(state_.outputs[i].size + kSlack);
    }
    state_.Begin(tables_);
    if (!state_.Layout(count, capacities.data())) return Full();
    state_.measured = true;
    return RunOne<true, true>(record, 0) ? absl::OkStatus() : Failed();
  }

  template <bool kSplit, bool kWrite>
  bool RunOne(std::string_view input, std::size_t later) {
    Runner<kSplit, kWrite> runner(tables_, call_, &state_);
    return runner.Run(tables_.nodes[0], input.data(), input.size(), later, 0);
  }

  absl::Status Failed() {
    absl::Status status = ToStatus(tables_, state_);
    Discard();
    return status;
  }
  absl::Status Full() {
    state_.fault = Fault::kMemory;
    return Failed();
  }
  absl::Status TooLong() {
    return absl::ResourceExhaustedError(
        absl::StrCat("record of `", tables_.type, "` is longer than ",
                     state_.max_bytes, " bytes; store large contents apart"));
  }
  void Discard() {
    state_.Wipe();
    state_.captured.clear();
  }

  const Tables& tables_;
  const CallView& call_;
  Pass::State& state_;
};

Pass::Pass() : state_(std::make_unique<State>()) {}

Pass::~Pass() { Wipe(); }

void Pass::set_max_bytes(std::size_t max_bytes) {
  // Lengths are signed 32 bits in protobuf's own parsers.
  state_->max_bytes = std::min(max_bytes, std::size_t{0x7fffffff});
}

absl::Status Pass::Split(const Plan& plan, const CallView& call,
                         std::string_view record) {
  return PassRunner(plan, call, state_.get()).Split(record);
}

absl::Status Pass::Minimize(const Plan& plan, const CallView& call,
                            std::string_view record) {
  return PassRunner(plan, call, state_.get())
      .Join(absl::Span<const std::string_view>(&record, 1));
}

absl::Status Pass::Join(const Plan& plan, const CallView& call,
                        absl::Span<const std::string_view> compartments) {
  return PassRunner(plan, call, state_.get()).Join(compartments);
}

std::string_view Pass::output(std::size_t index) const {
  if (index >= state_->output_count) return {};
  return {state_->outputs[index].data, state_->outputs[index].size};
}

bool Pass::Seen(std::size_t field) const {
  return (state_->seen[field >> 6] >> (field & 63) & 1) != 0;
}

bool Pass::DroppedByForm(std::size_t field) const {
  return (state_->dropped[field >> 6] >> (field & 63) & 1) != 0;
}

std::size_t Pass::unknown() const { return state_->unknown; }

absl::Span<const Captured> Pass::captured() const { return state_->captured; }

void Pass::Wipe() {
  state_->Wipe();
  state_->captured.clear();
}

bool PassesWhole(const Plan& plan, std::size_t index, const CallView& call) {
  const CellSet& cells = plan.compartments()[index].cells;
  return call.permitted.Covers(cells) && !call.formed.Meets(cells);
}

}  // namespace privet::record
