// SPDX-License-Identifier: Apache-2.0
//
// The pass against protobuf's parser and the reference, on bytes that were
// tampered with: faults with oneofs and unknown fields show only here.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "record/oddities.h"
#include "record/pass.h"
#include "record/pass_checks.h"
#include "record/pass_world.h"
#include "support/catch.h"
#include "support/property.h"

namespace privet::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using record::CallView;
using record::Pass;

// What became of tampered bytes, and why.
struct Tally {
  int accepted = 0, refused = 0, junk_dropped = 0, half_known = 0;
  std::map<std::string, int> reasons;  // where protobuf takes them
};

// One input, and what protobuf makes of it.
class Tampered {
 public:
  Tampered(World* world, const std::string& bytes, Pass* pass, Tally* tally)
      : world_(*world),
        bytes_(bytes),
        pass_(*pass),
        tally_(*tally),
        parsed_(world->Parsed(bytes)),
        taken_(world->known()->root() == world->plan()->descriptor()
                   ? parsed_ != nullptr
                   : world->known()->New()->ParsePartialFromString(bytes)) {
    if (taken_) oddities_ = FindOddities(*world->known()->root(), bytes);
  }

  std::string Check() {
    whole_ = pass_.Minimize(*world_.plan(), world_.WholeCall(), bytes_);
    std::string wrong = whole_.ok() ? CheckAccepted() : CheckRefused();
    if (wrong.empty()) wrong = CheckMinimize();
    if (wrong.empty() && parsed_ != nullptr) wrong = CheckSplit();
    return wrong;
  }

 private:
  // What the pass takes as a whole, protobuf takes too. (If it knows no more
  // than the pass: neither looks into unknown fields.)
  std::string CheckAccepted() {
    if (taken_ && !oddities_.singular_twice) return "";
    // An extension whose type is met again in itself can be a field at one
    // place and unknown at another. No descriptor says that to protobuf.
    if (world_.layout().HasHalfKnownExtensions()) {
      ++tally_.half_known;
      return "";
    }
    return taken_ ? "accepted, though a singular field is twice"
                  : "accepted whole, and protobuf refuses it";
  }

  // Stricter than protobuf only for a reason that the contract names, and that
  // is there; so never on what a serializer writes.
  std::string CheckRefused() {
    if (!taken_) return "";
    const std::string text(whole_.message());
    const std::size_t begin = text.find("`: ") + 3;
    const std::string reason = text.substr(begin, text.find(';') - begin);
    ++tally_.reasons[reason];
    const bool fair = reason.rfind("a singular field is there twice", 0) == 0
                          ? oddities_.singular_twice
                          : oddities_.padded && reason.rfind("a tag ", 0) == 0;
    return fair ? "" : "refused, and protobuf takes it: " + text;
  }

  CallView RandomCall() {
    // A form reads a Timestamp as serializers write it, and drops another that
    // a parser makes one of; the reference cannot tell them apart.
    CallView call = world_.RandomCall(/*moments=*/false);
    // The pass gives each entry of a map its form; of those with one key, some
    // parsers keep the last only. If the form drops that, an earlier one shows.
    if (oddities_.map_key_twice) call.formed = record::CellSet();
    return call;
  }

  std::string CheckMinimize() {
    const CallView call = RandomCall();
    const absl::Status status = pass_.Minimize(*world_.plan(), call, bytes_);
    ++(status.ok() ? tally_.accepted : tally_.refused);
    if (!status.ok()) return CheckNotStricter(status);
    const auto shown = world_.Parsed(pass_.output());
    if (shown == nullptr) return "the output does not parse";
    if (parsed_ != nullptr) {
      const auto expected = Copy();
      world_.Reference(call, world_.AllCompartments(), expected.get());
      return world_.Differs(pass_.output(), *expected);
    }
    // The junk was in what is dropped: what is shown may be.
    ++tally_.junk_dropped;
    CallView permitted = call;
    permitted.formed = record::CellSet();
    world_.Reference(permitted, world_.AllCompartments(), shown.get());
    return world_.Differs(pass_.output(), *shown);
  }

  std::string CheckSplit() {
    const CallView call = RandomCall();
    const absl::Status status = pass_.Split(*world_.plan(), call, bytes_);
    if (!status.ok()) return CheckNotStricter(status);
    const std::vector<std::string> parts = PartsOf(world_, pass_);
    const std::string wrong = CheckParts(&world_, call, *parsed_, parts);
    if (!wrong.empty()) return wrong;
    return CheckJoin(&world_, call, *parsed_, parts, RandomCall(), &pass_);
  }

  // Who may see less looks into less.
  std::string CheckNotStricter(const absl::Status& status) const {
    return whole_.ok() ? "not refused whole, but " + status.ToString() : "";
  }

  std::unique_ptr<Message> Copy() const {
    std::unique_ptr<Message> copy(parsed_->New());
    copy->CopyFrom(*parsed_);
    return copy;
  }

  World& world_;
  const std::string& bytes_;
  Pass& pass_;
  Tally& tally_;
  const std::unique_ptr<Message> parsed_;  // null: protobuf refuses it
  const bool taken_;  // by protobuf that knows no more than the pass
  Oddities oddities_;
  absl::Status whole_;
};

// Returns bytes with a random fault, or with one more field behind them: then
// it may be there twice, or with another member of its oneof.
std::string RandomInput(World* world) {
  std::string bytes = world->RandomMessage()->SerializePartialAsString();
  if (!OneIn(world->random(), 4)) return Mutate(world->random(), bytes);
  const auto other = world->RandomMessage();
  std::vector<const FieldDescriptor*> fields;
  other->GetReflection()->ListFields(*other, &fields);
  const std::size_t kept = Pick(world->random(), fields.size() + 1);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i != kept) other->GetReflection()->ClearField(other.get(), fields[i]);
  }
  return bytes + other->SerializePartialAsString();
}

TEST_CASE("The pass is the reference on tampered bytes", "[record][property]") {
  constexpr int kEach = 50;
  Tally tally;
  Pass pass;
  const int worlds = (PropertyRuns(100'000) + kEach - 1) / kEach;
  ForEachWorld(1'000'000, worlds, [&](World* world) {
    for (int i = 0; i < kEach; ++i) {
      const std::string bytes = RandomInput(world);
      const std::string wrong = Tampered(world, bytes, &pass, &tally).Check();
      if (!wrong.empty()) return "input " + std::to_string(i) + ": " + wrong;
    }
    return std::string();
  });
  std::string reasons;
  for (const auto& [reason, count] : tally.reasons) {
    reasons += "\n  " + std::to_string(count) + " " + reason;
  }
  WARN(tally.accepted << " accepted (" << tally.junk_dropped
                      << " with junk in what was dropped, " << tally.half_known
                      << " with an extension that is half known), "
                      << tally.refused
                      << " refused. As a whole, protobuf takes of these:"
                      << reasons);
}

}  // namespace
}  // namespace privet::testing
