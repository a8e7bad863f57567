// SPDX-License-Identifier: Apache-2.0
//
// What one call says of a field, every other says too: Explain foretells,
// Minimize does it in hand, Seal and OpenInto do it with a store between them,
// Share does it for others, and the Outcome tells.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "infermesh.pb.h"
#include "privet/actor.h"
#include "privet/engine.h"
#include "privet/explain.h"
#include "privet/outcome.h"
#include "privet/sealed_record.h"
#include "privet/subjects.h"
#include "promises/everyone.h"
#include "support/catch.h"
#include "support/edited_policy.h"
#include "support/infermesh.h"
#include "support/infermesh_records.h"
#include "support/property.h"
#include "support/status_assertions.h"

namespace privet {
namespace {

using Action = Outcome::Action;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using testing::Infermesh;

// The reference policy, in which nothing needs the whole address of a client:
// it is stored as its network.
std::string PolicyThatStoresNetworks() {
  return testing::Edited(
      {{"[\"security_log\", \"service_log\", \"session.essential\", "
        "\"account.id\", \"billing.channel_id\"]  purposes: [\"security\"] } }",
        "[\"security_log.access\", \"service_log\", \"session.essential\", "
        "\"account.id\", \"billing.channel_id\"]  purposes: [\"security\"] } "
        "}"},
       {"except_categories: [\"content\"]  except_flags: CREDENTIAL",
        "except_categories: [\"content\", \"security_log.client_ip\"]  "
        "except_flags: CREDENTIAL"}});
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}

  bool OneIn(unsigned n) { return engine_() % n == 0; }
  template <typename T, std::size_t kSize>
  T Any(const T (&choices)[kSize]) {
    return choices[engine_() % kSize];
  }
  const std::string& Any(const std::vector<std::string>& choices) {
    return choices[engine_() % choices.size()];
  }

 private:
  std::mt19937_64 engine_;
};

// A record and the actor that stores it.
struct Sample {
  std::string stores;
  std::unique_ptr<Message> record;
};

template <typename T>
Sample SampleOf(const char* stores, const T& record) {
  return {stores, std::make_unique<T>(record)};
}

std::vector<Sample> SamplesOf(const std::string& account, absl::Time now) {
  std::vector<Sample> samples;
  samples.push_back(SampleOf("gateway", testing::RequestOf(account, now)));
  samples.push_back(SampleOf("gateway", testing::SessionOf(account)));
  samples.push_back(SampleOf("accounts", testing::AccountOf(account)));
  samples.push_back(SampleOf("payments", testing::PaymentOf(account)));
  samples.push_back(SampleOf("support_desk", testing::TicketOf(account)));
  return samples;
}

// Leaves out some of what the record has, but not whom it is about.
void Thin(Dice& dice, Message* record) {
  const google::protobuf::Descriptor& type = *record->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->name() == "account_id" || !dice.OneIn(3)) continue;
    record->GetReflection()->ClearField(record, type.field(i));
  }
}

// One field of a message, serialized: "" if it has no value.
std::string ValueOf(const Message& message, const FieldDescriptor* kept) {
  const std::unique_ptr<Message> only(message.New());
  only->CopyFrom(message);
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i) != kept) {
      only->GetReflection()->ClearField(only.get(), type.field(i));
    }
  }
  return only->SerializeAsString();
}

// What a person may have said, and when.
void Speak(Dice& dice, const Infermesh& mesh, const Subject& subject) {
  const Subjects subjects = mesh.test->engine().subjects();
  for (const char* purpose : {"analytics", "experience", "advertising"}) {
    if (dice.OneIn(2)) {
      REQUIRE_OK(subjects.GiveConsent(subject, PurposeId::FromText(purpose)));
    }
  }
  for (const char* purpose : {"improvement", "security.fraud"}) {
    if (!dice.OneIn(3)) continue;
    const PurposeId against = PurposeId::FromText(purpose);
    REQUIRE_OK(subjects.Object(subject, against));
    if (dice.OneIn(2)) continue;
    REQUIRE_OK(subjects.ResolveObjection(
        subject, against,
        dice.OneIn(2) ? ObjectionResult::kUpheld : ObjectionResult::kOverridden,
        "case 7"));
  }
  if (dice.OneIn(6)) {
    REQUIRE_OK(subjects.Restrict(subject, RestrictionGround::kAccuracyContested,
                                 "case 8"));
  }
  if (dice.OneIn(4)) {
    const absl::Duration ago = absl::Hours(24 * dice.Any({1, 89, 91, 400}));
    REQUIRE_OK(subjects.RecordEvent(subject, EventId("account_closed"),
                                    mesh.test->clock().Now() - ago));
  }
  if (dice.OneIn(2)) {
    REQUIRE_OK(
        subjects.RecordNotice(subject, "successor:successor", "in_product"));
  }
}

// What became of a record's fields in one call: by path, all dropped if it was
// refused.
struct Seen {
  std::unique_ptr<Message> message;
  std::map<std::string, Outcome::Field> fields;
  absl::Status status;

  Action Of(const std::string& path) const {
    const auto found = fields.find(path);
    return found == fields.end() ? Action::kDropped : found->second.action;
  }
};

Seen SeenBy(const Message& like, absl::Status status, const Outcome& outcome) {
  Seen seen;
  seen.message.reset(like.New());
  seen.status = std::move(status);
  if (!seen.status.ok()) return seen;
  for (const Outcome::Field& field : outcome.fields) {
    REQUIRE(seen.fields.emplace(field.path, field).second);
  }
  return seen;
}

// The outcome of a call tells what its message shows.
void CheckTold(const Message& record, const Seen& seen) {
  for (int i = 0; i < record.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = record.GetDescriptor()->field(i);
    INFO(field->full_name());
    const std::string before = ValueOf(record, field);
    const std::string after = ValueOf(*seen.message, field);
    const Action action = seen.Of(std::string(field->name()));
    CHECK(after.empty() == (action == Action::kDropped));
    if (action == Action::kKept) CHECK(after == before);
    if (action == Action::kTransformed) CHECK(after != before);
  }
}

// What was read from the store is what was read in hand, less what was not
// stored.
void CheckStored(const Message& record, const Seen& sealed, const Seen& in_hand,
                 const Seen& stored) {
  for (int i = 0; i < record.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = record.GetDescriptor()->field(i);
    INFO(field->full_name());
    const std::string path(field->name());
    const std::string seen = ValueOf(*stored.message, field);
    const bool both = sealed.Of(path) != Action::kDropped &&
                      in_hand.Of(path) != Action::kDropped;
    CHECK(seen.empty() != both);
    if (both && (sealed.Of(path) == Action::kKept ||
                 in_hand.Of(path) == Action::kTransformed)) {
      // A network's network is itself.
      CHECK(seen == ValueOf(*in_hand.message, field));
    }
    if (both && in_hand.Of(path) == Action::kKept &&
        sealed.Of(path) == Action::kTransformed) {
      CHECK(seen != ValueOf(record, field));
    }
  }
}

// The explanation of a field's category foretells what becomes of it. Text that
// a scanner would have to read goes to nobody: there is none.
void CheckForetold(const Explanation& why, const Outcome::Field& field) {
  INFO(field.path << ": " << why.ToString() << " / " << field.reason);
  const bool shown = why.permitted && why.form.find("scan") != 0;
  CHECK(shown == (field.action != Action::kDropped));
  CHECK((shown && !why.form.empty()) == (field.action == Action::kTransformed));
  if (field.action == Action::kTransformed) CHECK(why.form == field.reason);
}

// A stored record, and how to read it in every way.
class Agreement {
 public:
  Agreement(const Infermesh& mesh, const Subject& subject, const Sample& sample)
      : subject_(subject),
        record_(*sample.record),
        type_(record_.GetDescriptor()->full_name()) {
    const auto tagged = mesh.test->engine().Tag(type_);
    REQUIRE_OK(tagged);
    for (const TaggedField& field : *tagged) {
      REQUIRE(field.categories.size() == 1);
      categories_[field.path] = field.categories[0];
    }
  }

  // Returns whether something was stored.
  bool Store(const Actor& actor) {
    Outcome outcome;
    auto sealed = actor.Seal(record_, subject_, {}, &outcome);
    sealed_ = SeenBy(record_, sealed.status(), outcome);
    std::size_t permitted = 0;
    for (const auto& [path, category] : categories_) {
      const auto why =
          actor.ExplainStore(CategoryId::FromText(category), type_, subject_);
      REQUIRE_OK(why);
      const auto found = sealed_.fields.find(path);
      if (found == sealed_.fields.end()) {
        permitted += why->permitted && Has(path) ? 1 : 0;
      } else if (found->second.reason != "already due") {
        CheckForetold(*why, found->second);
      }
      transformed += sealed_.Of(path) == Action::kTransformed ? 1 : 0;
    }
    if (!sealed.ok()) {
      INFO(sealed.status());
      // Nothing may be stored, or all of it is due.
      CHECK((permitted == 0 ||
             sealed.status().message().find("due") != std::string::npos));
      return false;
    }
    CHECK(permitted == 0);
    stored_ = *std::move(sealed);
    return true;
  }

  void CheckUse(const Actor& actor, PurposeId purpose) {
    INFO(type_ << " for " << purpose.text());
    Outcome told;
    const auto bytes = actor.Minimize(record_, subject_, purpose, {}, &told);
    const Seen in_hand = Parsed(bytes, told);
    used += CheckInHand(actor, purpose, RecipientId(), in_hand);
    if (!stored_.has_value()) return;
    Outcome opened;
    const std::unique_ptr<Message> message(record_.New());
    Seen stored = SeenBy(
        record_,
        actor.OpenInto(*stored_, subject_, purpose, message.get(), {}, &opened),
        opened);
    stored.message->CopyFrom(*message);
    CheckStored(record_, sealed_, in_hand, stored);
  }

  void CheckShare(const Actor& actor, RecipientId recipient,
                  PurposeId purpose) {
    INFO(type_ << " to " << recipient.text() << " for " << purpose.text());
    Outcome told;
    const Seen in_hand = Parsed(
        BytesOf(actor.Share(record_, subject_, recipient, purpose, {}, &told)),
        told);
    shared += CheckInHand(actor, purpose, recipient, in_hand);
    if (!stored_.has_value()) return;
    Outcome opened;
    const Seen stored =
        Parsed(BytesOf(actor.Share(*stored_, subject_, recipient, purpose, {},
                                   &opened)),
               opened);
    CheckStored(record_, sealed_, in_hand, stored);
  }

  std::size_t used = 0, shared = 0, transformed = 0;

 private:
  static absl::StatusOr<std::string> BytesOf(
      const absl::StatusOr<SharedRecord>& shared) {
    if (!shared.ok()) return shared.status();
    return std::string(shared->bytes());
  }

  // Returns how many fields were seen.
  std::size_t CheckInHand(const Actor& actor, PurposeId purpose,
                          RecipientId recipient, const Seen& in_hand) const {
    CheckTold(record_, in_hand);
    std::size_t seen = 0;
    for (const auto& [path, category] : categories_) {
      if (!Has(path)) continue;
      const auto why = actor.Explain(CategoryId::FromText(category), subject_,
                                     purpose, recipient);
      REQUIRE_OK(why);
      const auto found = in_hand.fields.find(path);
      CHECK(in_hand.status.ok() == (found != in_hand.fields.end()));
      CheckForetold(*why, found == in_hand.fields.end()
                              ? Outcome::Field{path, Action::kDropped, ""}
                              : found->second);
      seen += in_hand.Of(path) != Action::kDropped ? 1 : 0;
    }
    return seen;
  }

  bool Has(const std::string& path) const {
    const FieldDescriptor* const field =
        record_.GetDescriptor()->FindFieldByName(path);
    REQUIRE(field != nullptr);
    return !ValueOf(record_, field).empty();
  }

  Seen Parsed(const absl::StatusOr<std::string>& bytes, const Outcome& told) {
    Seen seen = SeenBy(record_, bytes.status(), told);
    if (bytes.ok()) REQUIRE(seen.message->ParseFromString(*bytes));
    return seen;
  }

  const Subject& subject_;
  const Message& record_;
  const std::string type_;
  std::map<std::string, std::string> categories_;
  Seen sealed_;
  std::optional<SealedRecord> stored_;
};

TEST_CASE("Every call says of a field what every other says",
          "[engine][property]") {
  const bool networks = GENERATE(false, true);
  const Infermesh mesh =
      networks ? Infermesh(PolicyThatStoresNetworks(), testing::OfText{})
               : Infermesh();
  std::size_t used = 0, shared = 0, stored = 0, transformed = 0;
  const std::vector<std::string> actors = testing::EveryActor(),
                                 purposes = testing::EveryPurpose(),
                                 recipients = testing::EveryRecipient();
  const std::uint64_t seed = testing::PropertySeed(1);
  INFO("seed " << seed);
  for (int run = 0; run < testing::PropertyRuns(100); ++run) {
    Dice dice(seed + static_cast<std::uint64_t>(run));
    INFO("run " << run);
    const std::string account = "account-" + std::to_string(run);
    const Subject subject(account);
    Speak(dice, mesh, subject);
    const RegionId region = RegionId::FromText(dice.Any({"de", "us"}));
    const auto as = [&](const std::string& name) {
      const auto actor =
          mesh.test->engine().ActAs(ActorId::FromText(name), region);
      REQUIRE_OK(actor);
      return *actor;
    };
    for (const Sample& sample : SamplesOf(account, mesh.test->clock().Now())) {
      Thin(dice, sample.record.get());
      Agreement agreement(mesh, subject, sample);
      stored += agreement.Store(as(sample.stores)) ? 1 : 0;
      for (const std::string& purpose : purposes) {
        agreement.CheckUse(as(dice.Any(actors)), PurposeId::FromText(purpose));
      }
      for (const std::string& actor : actors) {
        agreement.CheckUse(as(actor), PurposeId::FromText(dice.Any(purposes)));
        agreement.CheckShare(as(actor),
                             RecipientId::FromText(dice.Any(recipients)),
                             PurposeId::FromText(dice.Any(purposes)));
      }
      used += agreement.used;
      shared += agreement.shared;
      transformed += agreement.transformed;
    }
  }
  // Else it agreed on nothing but refusals.
  CHECK(used > 0);
  CHECK(shared > 0);
  CHECK(stored > 0);
  CHECK((transformed > 0) == networks);
}

}  // namespace
}  // namespace privet
