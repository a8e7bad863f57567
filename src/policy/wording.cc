// SPDX-License-Identifier: Apache-2.0

#include "policy/wording.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/text.h"

namespace privet::policy {
namespace {

std::vector<std::string> AnswersIn(const QuestionInfo& info, const Bits& set) {
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < info.answers.size(); ++i) {
    if (set.Test(i + 1) && !info.answers[i].empty()) {
      answers.push_back(info.answers[i]);
    }
  }
  return answers;
}

std::string YesOrNo(const QuestionInfo& info, bool is_yes) {
  const std::string name = Quoted(info.name);
  const char* no = is_yes ? "" : "no ";
  switch (info.about) {
    case About::kAgreement:
      return absl::StrCat(no, "agreement with ", name,
                          " in force on the day of the request");
    case About::kCase:
      return absl::StrCat(no, "case reference in the request");
    case About::kListed:
      return is_yes ? "the category in the request's list of categories"
                    : "the category not in the request's list";
    case About::kInstructed:
      return absl::StrCat(no, "instruction of the person to send data to ",
                          name);
    case About::kRestricted:
      return absl::StrCat(no, "restriction of processing for the person");
    case About::kMinor:
      return is_yes ? "a minor" : "nobody who is reported as a minor";
    case About::kNotice:
      return absl::StrCat(no, "notice ", name, " on record");
    case About::kEvent:
      return absl::StrCat("event ", name,
                          is_yes ? " recorded" : " not recorded");
    case About::kObjection:
      return absl::StrCat(no, "objection to ", name);
    case About::kConsent:
      return absl::StrCat(no, "consent to ", name);
    default:
      return name;
  }
}

std::string OneOf(const QuestionInfo& info, const Bits& set) {
  const std::string answers = List(AnswersIn(info, set), "or");
  switch (info.about) {
    case About::kMinor:
      return absl::StrCat("a person of minor group ", answers);
    case About::kKind:
      return absl::StrCat("a person of kind ", answers);
    case About::kRegion:
      return absl::StrCat("a person of region ", answers);
    default:
      return absl::StrCat("fact ", Quoted(info.name), " with value ", answers);
  }
}

bool IsYesOrNo(const QuestionInfo& info, const Test& test) {
  switch (info.about) {
    case About::kKind:
    case About::kRegion:
    case About::kFact:
      return false;
    case About::kMinor:
      return test.yes.Test(0) || test.no.Members().size() == 1;
    default:
      return true;
  }
}

}  // namespace

std::string Describe(const Model& model, const Test& test) {
  const QuestionInfo& info = model.questions[test.question];
  if (IsYesOrNo(info, test)) return YesOrNo(info, !test.yes.Test(0));
  if (test.yes.Empty()) return absl::StrCat("what cannot be known yet");
  if (test.yes.Test(0)) {  // everything but
    return absl::StrCat("not ", OneOf(info, test.no));
  }
  return OneOf(info, test.yes);
}

std::string Describe(const Model& model, const Line& line) {
  std::vector<std::string> parts;
  for (const Test& test : line.any) parts.push_back(Describe(model, test));
  if (parts.empty()) return "a condition that cannot be known yet";
  return absl::StrJoin(parts, " or ");
}

std::string Describe(const Model& model, const Requirement& requirement) {
  std::vector<std::string> parts;
  for (const Line& line : requirement.lines) {
    parts.push_back(Describe(model, line));
  }
  return absl::StrJoin(parts, " and ");
}

std::string DescribeOpposite(const Model& model, const Requirement& when) {
  std::vector<std::string> parts;
  for (const Line& line : when.lines) {
    std::vector<std::string> all;
    for (const Test& test : line.any) {
      all.push_back(Describe(model, Questions::Not(test)));
    }
    if (!all.empty()) parts.push_back(absl::StrJoin(all, " and "));
  }
  return absl::StrJoin(parts, ", or ");
}

std::string DescribeAnswer(const Model& model, Question question,
                           std::uint32_t answer) {
  const QuestionInfo& info = model.questions[question];
  const bool closed = info.about == About::kKind ||
                      info.about == About::kRegion ||
                      info.about == About::kFact;
  if (!closed && (info.about != About::kMinor || answer <= 1)) {
    return YesOrNo(info, answer != 0);
  }
  if (answer != 0) {
    Bits set(info.size());
    set.Set(answer);
    return OneOf(info, set);
  }
  switch (info.about) {
    case About::kKind:
      return "a person of no declared kind";
    case About::kRegion:
      return "a person of unknown region";
    default:
      return absl::StrCat("fact ", Quoted(info.name), " unknown");
  }
}

const char* NameOf(Operation operation) {
  switch (operation) {
    case Operation::kStore:
      return "STORE";
    case Operation::kUse:
      return "USE";
    case Operation::kShare:
      return "SHARE";
  }
  return "";
}

std::string Describe(const Model& model, const Request& request,
                     const std::string& what) {
  const bool is_store = request.operation == Operation::kStore;
  std::string text =
      request.actor == Names::kNone
          ? "an actor"
          : absl::StrCat("actor ",
                         Quoted(model.actors.LeafAt(request.actor).id));
  absl::StrAppend(&text,
                  is_store                               ? " may store "
                  : request.operation == Operation::kUse ? " may use "
                                                         : " may share ",
                  what);
  if (request.recipient != Names::kNone) {
    absl::StrAppend(&text, " with ",
                    Quoted(model.recipients.LeafAt(request.recipient).id));
  }
  if (request.purpose != Names::kNone) {
    absl::StrAppend(&text, " for ",
                    Quoted(model.purposes.LeafAt(request.purpose).id));
  }
  if (request.region != Names::kNone) {
    absl::StrAppend(&text, " in ",
                    Quoted(model.places.NameOf(
                        model.data_regions.MemberOf(request.region))));
  }
  return text;
}

}  // namespace privet::policy
