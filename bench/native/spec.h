// A spec of tasks.mjs, read with simdjson's DOM.
#pragma once
#include "simdjson.h"

#include <string>
#include <vector>

enum class Kind { filter, project, csv, validate, count };

struct Step {
  bool isIndex = false;
  size_t index = 0;
  std::string key;

  bool operator==(const Step &other) const {
    return isIndex == other.isIndex && index == other.index && key == other.key;
  }
};

using Path = std::vector<Step>;

/// `label` is `"name":`, ready for output.
struct Column {
  std::string name, label;
  Path path;
};

/// The columns' paths as a tree, so that what they have in common is looked up once.
struct Node {
  Step step;
  int column = -1;
  std::vector<Node> children;
};

struct Spec {
  Kind kind = Kind::validate;
  Path path;
  bool isString = false;
  std::string text, label;
  double number = 0;
  std::vector<Column> columns;
  Node tree;
};

inline Path readPath(simdjson::dom::element path) {
  Path steps;
  const simdjson::dom::array list = path["steps"];
  for (simdjson::dom::element one : list) {
    Step step;
    step.isIndex = one.is_uint64() || one.is_int64();
    if (step.isIndex) step.index = size_t(uint64_t(one));
    else step.key = std::string(std::string_view(one));
    steps.push_back(step);
  }
  return steps;
}

inline void plant(Node &root, const Path &path, int column) {
  Node *node = &root;
  for (const Step &step : path) {
    Node *next = nullptr;
    for (Node &child : node->children)
      if (child.step == step) next = &child;
    if (next == nullptr) {
      node->children.push_back(Node{step, -1, {}});
      next = &node->children.back();
    }
    node = next;
  }
  node->column = column;
}

/// @throws simdjson_error when it is no spec that this program can do
inline Spec readSpec(const char *json) {
  simdjson::dom::parser parser;
  simdjson::dom::element root = parser.parse(std::string(json));
  Spec spec;
  const std::string kind{std::string_view(root["kind"])};
  if (kind == "filter") spec.kind = Kind::filter;
  else if (kind == "project") spec.kind = Kind::project;
  else if (kind == "csv") spec.kind = Kind::csv;
  else if (kind == "count") spec.kind = Kind::count;
  if (spec.kind == Kind::filter || spec.kind == Kind::count) {
    spec.path = readPath(root["path"]);
    spec.label = std::string(simdjson::minify(root["path"]["text"].value())) + ":";
  }
  if (spec.kind == Kind::filter) {
    simdjson::dom::element value = root["value"];
    spec.isString = value.is_string();
    if (spec.isString) spec.text = std::string(std::string_view(value));
    else spec.number = double(value);
  }
  if (spec.kind == Kind::project || spec.kind == Kind::csv) {
    const simdjson::dom::array list = root["columns"];
    for (simdjson::dom::element one : list) {
      Column column;
      column.name = std::string(std::string_view(one["name"]));
      column.label = std::string(simdjson::minify(one["name"].value())) + ":";
      column.path = readPath(one["path"]);
      plant(spec.tree, column.path, int(spec.columns.size()));
      spec.columns.push_back(column);
    }
  }
  return spec;
}
