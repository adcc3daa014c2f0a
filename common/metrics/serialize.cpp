#include "common/metrics/serialize.hpp"

#include <algorithm>

#include <prometheus/metric_family.h>

#include "common/metrics/text.hpp"

namespace watchtower::metrics {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

FamilyType to_family_type(MetricType type) {
    switch (type) {
        case MetricType::Counter:
            return FamilyType::counter;
        case MetricType::Gauge:
            return FamilyType::gauge;
        case MetricType::Histogram:
            return FamilyType::histogram;
        case MetricType::Summary:
            return FamilyType::summary;
        default:
            return FamilyType::untyped;
    }
}

std::vector<Label> labels_of(const ClientMetric& metric) {
    std::vector<Label> labels;
    labels.reserve(metric.label.size() + 1);
    for (const auto& label : metric.label) {
        labels.push_back({label.name, label.value});
    }
    return labels;
}

void append_histogram(TextWriter& writer, const std::string& name, const ClientMetric& metric) {
    const auto& histogram = metric.histogram;
    std::vector<Label> labels = labels_of(metric);
    writer.append_sample(name + "_count", labels, histogram.sample_count);
    writer.append_sample(name + "_sum", labels, histogram.sample_sum);
    labels.push_back({"le", {}});
    for (const auto& bucket : histogram.bucket) {
        const std::string bound = number_text(bucket.upper_bound);
        labels.back().value = bound;
        writer.append_sample(name + "_bucket", labels, bucket.cumulative_count);
    }
}

void append_summary(TextWriter& writer, const std::string& name, const ClientMetric& metric) {
    std::vector<Label> labels = labels_of(metric);
    writer.append_sample(name + "_count", labels, metric.summary.sample_count);
    writer.append_sample(name + "_sum", labels, metric.summary.sample_sum);
    labels.push_back({"quantile", {}});
    for (const auto& quantile : metric.summary.quantile) {
        const std::string share = number_text(quantile.quantile);
        labels.back().value = share;
        writer.append_sample(name, labels, quantile.value);
    }
}

void append_metric(TextWriter& writer, const MetricFamily& family, const ClientMetric& metric) {
    switch (family.type) {
        case MetricType::Counter:
            writer.append_sample(family.name, labels_of(metric), metric.counter.value);
            break;
        case MetricType::Gauge:
            writer.append_sample(family.name, labels_of(metric), metric.gauge.value);
            break;
        case MetricType::Histogram:
            append_histogram(writer, family.name, metric);
            break;
        case MetricType::Summary:
            append_summary(writer, family.name, metric);
            break;
        default:
            writer.append_sample(family.name, labels_of(metric), metric.untyped.value);
            break;
    }
}

}  // namespace

void append_text(std::string& out, const prometheus::Collectable& source) {
    std::vector<MetricFamily> families = source.Collect();
    std::sort(families.begin(), families.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    TextWriter writer(out);
    for (MetricFamily& family : families) {
        if (family.metric.empty()) {
            continue;
        }
        std::sort(
            family.metric.begin(), family.metric.end(), [](const auto& a, const auto& b) { return a.label < b.label; });
        writer.append_family(family.name, to_family_type(family.type), family.help);
        for (const ClientMetric& metric : family.metric) {
            append_metric(writer, family, metric);
        }
    }
}

}  // namespace watchtower::metrics
