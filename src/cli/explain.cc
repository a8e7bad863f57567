// SPDX-License-Identifier: Apache-2.0
//
// privet explain: may this be, or not, and why?

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "policy/checking.h"
#include "policy/names.h"
#include "policy/policy_access.h"
#include "policy/snapshot.h"
#include "policy/subject_state.h"
#include "privet/clock.h"
#include "privet/policy.h"
#include "privet/v1/policy.pb.h"

namespace privet::cli {
namespace {

using policy::Operation;

// A request, as it was written on the command line.
struct Options {
  std::string path, operation;
  std::string actor, purpose, recipient, region, record_type, date;
  std::vector<std::string> categories, facts;
  policy::SubjectState subject;
  policy::RequestState request;
  bool json = false;
};

struct Verdict {
  std::string category;
  Explanation explanation;
};

Operation OperationOf(const std::string& word) {
  if (word == "store") return Operation::kStore;
  return word == "use" ? Operation::kUse : Operation::kShare;
}

// OK if the policy declares `id`, or something beneath it.
absl::Status CheckName(policy::Checking* names, policy::Kind kind,
                       const std::string& id) {
  if (names->Refer(kind, id, {})) return absl::OkStatus();
  if (names->findings().empty()) {
    return absl::InvalidArgumentError("an empty name is no name");
  }
  const policy::Finding& finding = names->findings().back();
  return absl::InvalidArgumentError(
      absl::StrCat(finding.message, "; ", finding.remedy));
}

// A word about the person that the policy does not know would be passed over,
// and the answer be that of somebody else.
absl::Status CheckPerson(const policy::SubjectState& person,
                         policy::Checking* names) {
  const auto check = [names](policy::Kind kind,
                             const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      PRIVET_RETURN_IF_ERROR(CheckName(names, kind, id));
    }
    return absl::OkStatus();
  };
  PRIVET_RETURN_IF_ERROR(check(policy::Kind::kPurpose, person.consents));
  PRIVET_RETURN_IF_ERROR(check(policy::Kind::kPurpose, person.objections));
  PRIVET_RETURN_IF_ERROR(check(policy::Kind::kEvent, person.happened));
  PRIVET_RETURN_IF_ERROR(check(policy::Kind::kRecipient, person.instructed));
  if (person.minor_group.empty()) return absl::OkStatus();
  return CheckName(names, policy::Kind::kMinors, person.minor_group);
}

// Facts are written `id=value`; those about the request go there.
absl::Status SortNames(const v1::Policy& policy, Options* options) {
  const policy::Incomplete none;
  policy::Checking names(policy, none);
  for (const std::string& id : options->categories) {
    PRIVET_RETURN_IF_ERROR(CheckName(&names, policy::Kind::kCategory, id));
  }
  for (const std::string& text : options->facts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", text, "` is no fact; write `id=value`"));
    }
    const std::string id = text.substr(0, equals);
    PRIVET_RETURN_IF_ERROR(CheckName(&names, policy::Kind::kFact, id));
    const v1::Fact& fact = policy.fact(names.Find(policy::Kind::kFact, id));
    auto& facts = fact.about() == v1::Fact::REQUEST ? options->request.facts
                                                    : options->subject.facts;
    facts.emplace_back(id, text.substr(equals + 1));
  }
  return CheckPerson(options->subject, &names);
}

absl::StatusOr<absl::CivilDay> DayOf(const std::string& text) {
  if (text.empty()) {
    return absl::ToCivilDay(SystemClock().Now(), absl::UTCTimeZone());
  }
  absl::CivilDay day;
  if (!policy::IsDate(text) || !absl::ParseCivilTime(text, &day)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", text, "` is no date; write one such as `2026-04-02`"));
  }
  return day;
}

// All leaves beneath the names given; none given: all there are.
std::vector<policy::Category> CategoriesOf(
    const policy::Snapshot& snapshot, const std::vector<std::string>& names) {
  std::vector<policy::Category> found;
  for (policy::Category c = 0; c < snapshot.category_count(); ++c) {
    const std::string_view id = snapshot.CategoryName(c);
    if (names.empty() || policy::AnyIdCovers(names, id)) found.push_back(c);
  }
  return found;
}

absl::StatusOr<std::vector<Verdict>> Decide(const Policy& policy,
                                            Options options) {
  PRIVET_RETURN_IF_ERROR(
      SortNames(policy::PolicyAccess::MessageOf(policy), &options));
  const policy::Snapshot& snapshot = *policy::PolicyAccess::SnapshotOf(policy);
  PRIVET_RETURN_IF_ERROR(snapshot.CheckRequest(options.request));
  PRIVET_RETURN_IF_ERROR(snapshot.CheckPerson(options.subject));
  PRIVET_ASSIGN_OR_RETURN(const absl::CivilDay day, DayOf(options.date));
  const auto id = [](const std::string& text, auto kind) {
    return text.empty() ? kind : decltype(kind)::FromText(text);
  };
  PRIVET_ASSIGN_OR_RETURN(
      const policy::Context* context,
      snapshot.FindContext(
          OperationOf(options.operation), id(options.actor, ActorId()),
          id(options.purpose, PurposeId()),
          id(options.recipient, RecipientId()), id(options.region, RegionId()),
          options.record_type));
  const std::vector<policy::Category> categories =
      CategoriesOf(snapshot, options.categories);
  const policy::Word word = context->MakeWord(snapshot.FactsOf(options.subject),
                                              options.request, day);
  std::vector<Verdict> verdicts;
  verdicts.reserve(categories.size());
  for (const policy::Category category : categories) {
    verdicts.push_back({std::string(snapshot.CategoryName(category)),
                        snapshot.Explain(*context, {category}, word)});
  }
  return verdicts;
}

nlohmann::ordered_json ToJson(const Verdict& verdict) {
  const Explanation& why = verdict.explanation;
  nlohmann::ordered_json json = {{"category", verdict.category},
                                 {"permitted", why.permitted}};
  if (why.permitted) {
    json["form"] = why.form.empty() ? "whole {}" : why.form;
    json["rules"] = why.rules;
    return json;
  }
  json["rule"] = why.denial.rule;
  json["gate"] = why.denial.gate;
  json["missing"] = why.denial.missing;
  return json;
}

// The request is the same for all: only what differs is said.
std::string ToText(const Explanation& why) {
  std::string text;
  if (why.permitted) {
    text = why.form.empty() ? "permitted" : absl::StrCat("as ", why.form);
    for (std::size_t i = 0; i < why.rules.size(); ++i) {
      absl::StrAppend(&text, i == 0 ? ", by `" : ", `", why.rules[i], "`");
    }
    return text;
  }
  if (!why.denial.rule.empty()) {
    text = absl::StrCat("refused: rule `", why.denial.rule, "` forbids it");
  } else if (!why.denial.gate.empty()) {
    text = absl::StrCat("refused by the gate `", why.denial.gate, "`");
  } else {
    text = "refused: no rule that holds permits it";
  }
  if (!why.denial.missing.empty()) {
    absl::StrAppend(&text, "; it takes ", why.denial.missing);
  }
  return text;
}

void PrintTable(const std::vector<Verdict>& verdicts, std::ostream& out) {
  std::size_t width = 0;
  for (const Verdict& verdict : verdicts) {
    width = std::max(width, verdict.category.size());
  }
  for (const Verdict& verdict : verdicts) {
    out << verdict.category
        << std::string(width + 2 - verdict.category.size(), ' ')
        << ToText(verdict.explanation) << "\n";
  }
}

int Explain(const Options& options, const Output& output) {
  const absl::StatusOr<Policy> policy = Policy::Load(options.path);
  if (!policy.ok()) return Fail(policy.status(), output);
  const absl::StatusOr<std::vector<Verdict>> verdicts =
      Decide(*policy, options);
  if (!verdicts.ok()) {
    output.err << std::string(verdicts.status().message()) << "\n";
    return kNoAnswer;
  }
  const bool all = std::all_of(
      verdicts->begin(), verdicts->end(),
      [](const Verdict& verdict) { return verdict.explanation.permitted; });
  if (options.json) {
    nlohmann::ordered_json json = {{"permitted", all}};
    json["categories"] = nlohmann::ordered_json::array();
    for (const Verdict& verdict : *verdicts) {
      json["categories"].push_back(ToJson(verdict));
    }
    Print(json, output.out);
  } else {
    PrintTable(*verdicts, output.out);
  }
  return all ? kYes : kNo;
}

void AddPersonOptions(CLI::App* command, Options* options) {
  policy::SubjectState& person = options->subject;
  const std::string group = "The person";
  const auto add = [&](const char* name, auto& into, const char* what) {
    command->add_option(name, into, what)->group(group);
  };
  add("--subject-region", person.region, "Whose law protects the person");
  add("--subject-kind", person.kind, "Kind of the person");
  add("--consent", person.consents, "Purpose that the person consents to");
  add("--objection", person.objections, "Purpose that the person objects to");
  add("--minor", person.minor_group, "Age group of the person");
  add("--notice", person.notices, "Notice on record");
  add("--happened", person.happened, "Event that happened to the person");
  add("--instructed", person.instructed,
      "Recipient that the person told us to send data to");
  command
      ->add_flag("--restricted", person.restricted,
                 "The person's data is restricted")
      ->group(group);
}

void AddRequestOptions(CLI::App* command, Options* options) {
  command->add_option("--actor", options->actor, "Who asks")->required();
  command->add_option("--purpose", options->purpose, "What for (use, share)");
  command->add_option("--recipient", options->recipient, "Who gets it (share)");
  command->add_option("--region", options->region,
                      "Where the data will be: the store's (store), the "
                      "actor's (use); a recipient's own count (share)");
  command->add_option("--record", options->record_type,
                      "Record type that is stored (store)");
  command->add_option("--category", options->categories,
                      "Category, or a group of them; default: every one");
  command->add_option("--fact", options->facts,
                      "What the host knows, id=value");
  command->add_option("--case", options->request.case_reference,
                      "Case of an authority");
  command->add_option("--asked", options->request.categories,
                      "Category that an authority asked for");
  command->add_option("--date", options->date,
                      "Day of the request, in UTC; default: today");
}

}  // namespace

void AddExplain(CLI::App* app, Action* action) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      AddCommand(app, "explain", "Say whether a request is permitted, and why",
                 "Says of each category in which form it is permitted and by "
                 "which rules, or what\n"
                 "refuses it and what would lift that. Exits with 0 if all of "
                 "it is permitted.");
  AddPolicyOperand(command, &options->path);
  command->add_option("OPERATION", options->operation, "store, use or share")
      ->required()
      ->check(CLI::IsMember({"store", "use", "share"}));
  AddRequestOptions(command, options.get());
  AddPersonOptions(command, options.get());
  AddJsonFlag(command, &options->json);
  command->callback([options, action] {
    *action = [options](const Output& output) {
      return Explain(*options, output);
    };
  });
}

}  // namespace privet::cli
