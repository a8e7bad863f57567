// SPDX-License-Identifier: Apache-2.0
//
// Types made of what a policy declares: what they are, that they bind and pass
// as the same type out of a .proto does, and what may follow them.

#include "record/declared_types.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "privet/v1/policy.pb.h"
#include "record/fake_rules.h"
#include "record/pass.h"
#include "record/plan.h"
#include "record/random_schema.h"
#include "record/schema.h"
#include "support/catch.h"
#include "support/status_assertions.h"

namespace privet::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using record::CallView;
using record::DeclaredTypes;
using record::Pass;
using record::Plan;

v1::Record RecordOf(const std::string& text) {
  v1::Record record;
  INFO(text);
  REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &record));
  return record;
}

// Returns the type of `fields`, declared as `t.M`.
const Descriptor* Add(const std::string& fields, DeclaredTypes* types) {
  const auto type = types->Add(RecordOf("type: \"t.M\" " + fields));
  REQUIRE_OK(type);
  REQUIRE(*type != nullptr);
  return *type;
}

TEST_CASE("A declared field is one of protobuf's", "[record][declared]") {
  struct Case {
    std::string declared;
    FieldDescriptor::Type type;
    bool repeated = false;
  };
  const Case test = GENERATE(values<Case>({
      {"STRING", FieldDescriptor::TYPE_STRING},
      {"BYTES", FieldDescriptor::TYPE_BYTES},
      {"INT64", FieldDescriptor::TYPE_INT64},
      {"DOUBLE", FieldDescriptor::TYPE_DOUBLE},
      {"BOOL", FieldDescriptor::TYPE_BOOL},
      {"DECIMAL", FieldDescriptor::TYPE_STRING},
      {"TIMESTAMP", FieldDescriptor::TYPE_MESSAGE},
      {"INT64 repeated: true", FieldDescriptor::TYPE_INT64, true},
      {"TIMESTAMP repeated: true", FieldDescriptor::TYPE_MESSAGE, true},
  }));

  DYNAMIC_SECTION(test.declared) {
    DeclaredTypes types;
    const Descriptor* type = Add(
        "field { path: \"x\" number: 7 type: " + test.declared + " }", &types);
    CHECK(std::string(type->full_name()) == "t.M");
    REQUIRE(type->field_count() == 1);
    const FieldDescriptor& field = *type->field(0);
    CHECK(std::string(field.name()) == "x");
    CHECK(field.number() == 7);
    CHECK(field.type() == test.type);
    CHECK(field.is_repeated() == test.repeated);
    // What was written as zero is told from what was not written.
    CHECK(field.has_presence() == !test.repeated);
    if (field.message_type() != nullptr) {
      CHECK(std::string(field.message_type()->full_name()) ==
            "google.protobuf.Timestamp");
    }
  }
}

TEST_CASE("Declared messages lie in one another, in whatever order they come",
          "[record][declared]") {
  DeclaredTypes types;
  const Descriptor* type =
      Add("field { path: \"a.b.c\" number: 1 type: STRING }"
          "field { path: \"a.b\" number: 2 type: MESSAGE repeated: true }"
          "field { path: \"a\" number: 3 type: MESSAGE }",
          &types);
  const FieldDescriptor* a = type->FindFieldByNumber(3);
  REQUIRE((a != nullptr && a->message_type() != nullptr));
  const FieldDescriptor* b = a->message_type()->FindFieldByNumber(2);
  REQUIRE((b != nullptr && b->message_type() != nullptr));
  CHECK(b->is_repeated());
  const FieldDescriptor* c = b->message_type()->FindFieldByNumber(1);
  REQUIRE(c != nullptr);
  CHECK(std::string(c->full_name()) == "t.M.a_.b_.c");
}

TEST_CASE("No name that the check lets through is one that protobuf refuses",
          "[record][declared]") {
  DeclaredTypes types;
  SECTION("underscores, keywords, names of types") {
    Add("field { path: \"_\" number: 1 type: STRING }"
        "field { path: \"_a\" number: 2 type: STRING }"
        "field { path: \"b_\" number: 3 type: MESSAGE }"
        "field { path: \"b_.message\" number: 1 type: MESSAGE }"
        "field { path: \"b_.message.string\" number: 1 type: STRING }"
        "field { path: \"M\" number: 4 type: MESSAGE }"
        "field { path: \"M.M\" number: 1 type: STRING }"
        "field { path: \"t\" number: 5 type: MESSAGE }"
        "field { path: \"t.M\" number: 1 type: STRING }"
        "field { path: \"google\" number: 6 type: MESSAGE }"
        "field { path: \"google.time\" number: 1 type: TIMESTAMP }",
        &types);
  }
  SECTION("thirty levels") {
    std::string path = "a", fields;
    for (int i = 1; i < 30; ++i, path += ".a") {
      fields += "field { path: \"" + path + "\" number: 1 type: MESSAGE }";
    }
    Add(fields + "field { path: \"" + path + "\" number: 1 type: STRING }",
        &types);
  }
  SECTION("a type without a package, and one whose package is a type") {
    for (const char* name : {"M", "M.N", "google.protobuf.M"}) {
      const auto type = types.Add(
          RecordOf("type: \"" + std::string(name) +
                   "\" field { path: \"x\" number: 1 type: STRING }"));
      REQUIRE_OK(type);
      CHECK(std::string((*type)->full_name()) == name);
    }
  }
  SECTION("but for protobuf's own packages") {
    QuietProtobuf();
    REQUIRE_ERROR(
        types.Add(RecordOf("type: \"google\" field { path: \"x\" number: 1 "
                           "type: STRING }")),
        absl::StatusCode::kInvalidArgument,
        "record type `google` is a name that protobuf has for itself");
  }
}

TEST_CASE("A declared type is told from others", "[record][declared]") {
  DeclaredTypes types, others;
  const std::string field = "field { path: \"x\" number: 1 type: STRING }";
  const Descriptor* type = Add(field, &types);
  const Descriptor* other = Add(field, &others);
  CHECK(types.Has(*type));
  CHECK_FALSE(types.Has(*other));
  CHECK_FALSE(types.Has(*v1::Record::descriptor()));
}

TEST_CASE("A number keeps its type for ever", "[record][declared][error]") {
  struct Case {
    std::string name, before, after, message;
  };
  const std::string text = "field { path: \"x\" number: 1 type: STRING }";
  const std::string in_message =
      "field { path: \"m\" number: 1 type: MESSAGE }";
  const Case test = GENERATE_COPY(values<Case>({
      {"the same", text, text, ""},
      {"a field more, and one less", text,
       "field { path: \"y\" number: 2 type: BOOL }", ""},
      {"another name", text, "field { path: \"y\" number: 1 type: STRING }",
       ""},
      {"text that is a number in text", text,
       "field { path: \"x\" number: 1 type: DECIMAL }", ""},
      {"another type", text, "field { path: \"x\" number: 1 type: INT64 }",
       "record type `t.M`: field `x` (int64) has the number 1 under which "
       "records hold `x` (string); a number means one thing for ever"},
      {"one on the wire, and not in what it means", text,
       "field { path: \"y\" number: 1 type: BYTES }",
       "field `y` (bytes) has the number 1 under which records hold `x` "
       "(string)"},
      {"several", text,
       "field { path: \"x\" number: 1 type: STRING repeated: true }",
       "field `x` (repeated string) has the number 1"},
      {"no longer several",
       "field { path: \"x\" number: 1 type: BOOL repeated: true }",
       "field { path: \"x\" number: 1 type: BOOL }",
       "records hold `x` (repeated bool)"},
      {"a message for a time",
       "field { path: \"x\" number: 1 type: TIMESTAMP }",
       in_message + "field { path: \"m.x\" number: 1 type: INT64 }",
       "field `m` (message) has the number 1 under which records hold `x` "
       "(Timestamp)"},
      {"in a message",
       in_message + "field { path: \"m.x\" number: 2 type: BOOL }",
       in_message + "field { path: \"m.y\" number: 2 type: DOUBLE }",
       "field `m.y` (double) has the number 2 under which records hold `m.x` "
       "(bool)"},
  }));

  DYNAMIC_SECTION(test.name) {
    DeclaredTypes types;
    const Descriptor* before = Add(test.before, &types);
    const Descriptor* after = Add(test.after, &types);
    const absl::Status status = record::CheckNumbersKept(*before, *after);
    if (test.message.empty()) {
      REQUIRE_OK(status);
    } else {
      REQUIRE_ERROR(status, absl::StatusCode::kFailedPrecondition,
                    test.message);
    }
  }
}

// A random type, written twice: as a declaration and as a .proto.
class Twin {
 public:
  explicit Twin(std::uint64_t seed) : random_(seed) {
    record_.set_type("t.M");
    body_ = "message M {\n" + WriteFields("", false) + "}\n";
  }

  // Returns the declaration, or the paths alone, for the .proto.
  const v1::Record& record() const { return record_; }
  v1::Record PathsOnly() const {
    v1::Record paths = record_;
    paths.clear_field();
    for (v1::Field field : record_.field()) {
      field.clear_type();
      field.clear_number();
      field.clear_repeated();
      if (field.public_() || field.categories_size() > 0) {
        *paths.add_field() = field;
      }
    }
    return paths;
  }
  const std::string& body() const { return body_; }
  Random* random() { return &random_; }

  // Returns a random message in text format.
  std::string Text() { return TextOf(""); }

 private:
  std::string WriteFields(const std::string& around, bool covered) {
    std::string text;
    const std::size_t count = 1 + Pick(&random_, 4);
    for (std::size_t i = 0; i < count; ++i) {
      v1::Field* field = record_.add_field();
      const std::string name = "f" + std::to_string(i);
      const std::string path = around + name;
      field->set_path(path);
      field->set_number(static_cast<std::uint32_t>(
          1 + i * 7 + Pick(&random_, 7) + (OneIn(&random_, 4) ? 300 : 0)));
      field->set_repeated(OneIn(&random_, 3));
      const bool deep = around.size() > 6;
      field->set_type(
          static_cast<v1::Field::Type>(1 + Pick(&random_, deep ? 6 : 8)));
      // Taken now: what lies in it moves the fields of the record.
      const v1::Field made = *field;
      if (made.type() == v1::Field::MESSAGE) {
        text += WriteMessage(made, covered);
      } else {
        if (!covered || OneIn(&random_, 2)) Tag(field);
        text += WriteScalar(made);
      }
    }
    return text;
  }

  void Tag(v1::Field* field) {
    const char* const categories[] = {"a", "b", "c", "shaped"};
    const std::size_t tag = Pick(&random_, 4);
    // Forms fit text alone.
    if (tag == 3 && field->type() != v1::Field::STRING) {
      field->set_public_(true);
    } else {
      field->add_categories(categories[tag]);
    }
  }

  std::string WriteMessage(const v1::Field& field, bool covered) {
    const int at = record_.field_size() - 1;
    std::string fields = WriteFields(field.path() + ".", true);
    bool needs_tag = false;
    for (int i = at + 1; i < record_.field_size(); ++i) {
      const v1::Field& inner = record_.field(i);
      needs_tag = needs_tag || (inner.type() != v1::Field::MESSAGE &&
                                inner.categories_size() == 0 &&
                                !inner.public_() && NearestIs(inner, at));
    }
    if (needs_tag && (!covered || OneIn(&random_, 2))) {
      record_.mutable_field(at)->add_categories("b");
    }
    const std::string type = Replaced(field.path()) + "Type";
    return "message " + type + " {\n" + fields + "}\n" +
           (field.repeated() ? "repeated " : "") + type + " " +
           NameOf(field.path()) + " = " + std::to_string(field.number()) +
           ";\n";
  }

  // Whether no message between the two is tagged.
  bool NearestIs(const v1::Field& inner, int outer) const {
    const std::string& path = record_.field(outer).path();
    for (int i = outer + 1; i < record_.field_size(); ++i) {
      const v1::Field& between = record_.field(i);
      if (between.categories_size() > 0 &&
          inner.path().rfind(between.path() + ".", 0) == 0) {
        return false;
      }
    }
    return inner.path().rfind(path + ".", 0) == 0;
  }

  static std::string Replaced(std::string path) {
    for (char& c : path) c = c == '.' ? 'x' : c == 'f' ? 'F' : c;
    return path;
  }
  static std::string NameOf(const std::string& path) {
    return path.substr(path.rfind('.') + 1);
  }

  static std::string WriteScalar(const v1::Field& field) {
    const char* const words[] = {"",
                                 "string",
                                 "bytes",
                                 "int64",
                                 "double",
                                 "bool",
                                 "google.protobuf.Timestamp",
                                 "",
                                 "string"};
    return std::string(field.repeated()                       ? "repeated "
                       : field.type() == v1::Field::TIMESTAMP ? ""
                                                              : "optional ") +
           words[field.type()] + " " + NameOf(field.path()) + " = " +
           std::to_string(field.number()) + ";\n";
  }

  std::string TextOf(const std::string& around) {
    std::string text;
    for (const v1::Field& field : record_.field()) {
      const std::string& path = field.path();
      if (path.size() <= around.size() ||
          path.compare(0, around.size(), around) != 0 ||
          path.find('.', around.size()) != std::string::npos) {
        continue;
      }
      const std::size_t most = field.repeated() ? 3 : 2;
      for (std::size_t n = Pick(&random_, most + 1); n > 0; --n) {
        text += NameOf(path) + ValueOf(field) + "\n";
        if (!field.repeated()) break;
      }
    }
    return text;
  }

  std::string ValueOf(const v1::Field& field) {
    const std::string number = std::to_string(Pick(&random_, 300));
    switch (field.type()) {
      case v1::Field::MESSAGE:
        return " {\n" + TextOf(field.path() + ".") + "}";
      case v1::Field::TIMESTAMP:
        return " { seconds: " + number + " }";
      case v1::Field::BOOL:
        return OneIn(&random_, 2) ? ": true" : ": false";
      case v1::Field::INT64:
      case v1::Field::DOUBLE:
        return ": " + number;
      default:
        return ": \"" + number + "\"";
    }
  }

  Random random_;
  v1::Record record_;
  std::string body_;
};

FakeRules TwinRules(v1::Record record) {
  FakeRules rules;
  rules.Add("a", "one");
  rules.Add("b", "one");
  rules.Add("c", "two");
  const policy::Category shaped = rules.Add("shaped", "three");
  v1::Transform truncate;
  truncate.mutable_truncate()->set_characters(1);
  rules.AddForm(shaped, truncate);
  rules.record = std::move(record);
  return rules;
}

CallView RandomView(const Plan& plan, std::uint64_t bits) {
  CallView call;
  for (std::size_t i = 0; i < plan.cells().size(); ++i, bits >>= 2) {
    const auto cell = static_cast<record::CellIndex>(i);
    if ((bits & 3) == 0) continue;
    call.permitted.Add(cell);
    const record::FormRow* row = plan.TransformsOf(1);
    const auto& categories = plan.cells()[i].categories;
    if (row == nullptr || categories.empty() || categories[0] != 3) continue;
    call.formed.Add(cell);
    call.transforms[cell] = row->transforms.data();
  }
  return call;
}

// All that a split shows: its status, each compartment, what was seen.
std::string SplitOf(const Plan& plan, std::uint64_t call,
                    const std::string& bytes) {
  Pass pass;
  const absl::Status status = pass.Split(plan, RandomView(plan, call), bytes);
  std::string all = status.ToString();
  if (!status.ok()) return all;
  for (std::size_t i = 0; i < plan.compartments().size(); ++i) {
    all += "|" + std::string(pass.output(i));
  }
  for (std::size_t i = 0; i < plan.fields().size(); ++i) {
    all += pass.Seen(i) ? '1' : '0';
  }
  return all + std::to_string(pass.unknown());
}

void CheckSamePlan(const Plan& declared, const Plan& linked) {
  REQUIRE(declared.fields().size() == linked.fields().size());
  for (std::size_t i = 0; i < linked.fields().size(); ++i) {
    CHECK(declared.fields()[i].path == linked.fields()[i].path);
    CHECK(declared.fields()[i].numbers == linked.fields()[i].numbers);
  }
  REQUIRE(declared.compartments().size() == linked.compartments().size());
  for (std::size_t i = 0; i < linked.compartments().size(); ++i) {
    CHECK(declared.compartments()[i].id == linked.compartments()[i].id);
    CHECK(declared.CatalogueRow(i) == linked.CatalogueRow(i));
  }
}

TEST_CASE("A declared type binds and passes as its .proto does",
          "[record][declared][property]") {
  QuietProtobuf();
  int mutants_taken = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Twin twin(seed);
    INFO("seed " << seed << "\n" << twin.body());
    Schema schema(twin.body());
    DeclaredTypes types;
    const auto type = types.Add(twin.record());
    REQUIRE_OK(type);
    const auto declared =
        Plan::Bind(TwinRules(twin.record()), *type, Scanners{});
    REQUIRE_OK(declared);
    const auto linked =
        Plan::Bind(TwinRules(twin.PathsOnly()), schema.Type("M"), Scanners{});
    REQUIRE_OK(linked);
    CheckSamePlan(**declared, **linked);
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = schema.Bytes("M", twin.Text());
      const std::string mutant = Mutate(twin.random(), bytes);
      const std::uint64_t call = (*twin.random())();
      const std::string split = SplitOf(**declared, call, bytes);
      REQUIRE(split == SplitOf(**linked, call, bytes));
      REQUIRE(split.rfind("OK", 0) == 0);
      const std::string of_mutant = SplitOf(**declared, call, mutant);
      REQUIRE(of_mutant == SplitOf(**linked, call, mutant));
      mutants_taken += of_mutant.rfind("OK", 0) == 0 ? 1 : 0;
    }
  }
  // Both ways are looked at.
  CHECK(mutants_taken > 500);
  CHECK(mutants_taken < 5'500);
}

}  // namespace
}  // namespace privet::testing
