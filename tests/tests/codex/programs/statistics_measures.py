import statistics as st
from decimal import Decimal
from fractions import Fraction

data, even = [2, 4, 4, 4, 5, 5, 7, 9], [1, 3, 5, 7]
r = lambda x: round(x, 8)
out = [st.mean(data), st.mean([1, 2]), str(st.mean([Fraction(1, 2), Fraction(1, 3)])), str(st.mean([Decimal("0.1"), Decimal("0.2")])), st.fmean([1, 2, 4]), r(st.geometric_mean([1, 10, 100])), r(st.harmonic_mean([40, 60])), r(st.fmean([1, 2], weights=[3, 1]))]
out += [st.median(even), st.median([5, 1, 3]), st.median_low(even), st.median_high(even), r(st.median_grouped([52, 52, 53, 54])), st.mode("aabbb"), st.mode([1, 2, 2, 1]), st.multimode("aabbc"), st.multimode([])]
out += [r(st.pstdev(data)), r(st.stdev(data)), st.pvariance(data), r(st.variance(data)), st.variance([1, 1, 1]), r(st.pvariance(data, mu=5)), str(st.variance([Fraction(1), Fraction(2)]))]
out += [st.quantiles(range(1, 12)), [r(q) for q in st.quantiles([1, 2, 3, 4, 5], n=5)], st.quantiles([1, 2, 3, 4, 5], method="inclusive"), r(st.correlation([1, 2, 3, 4], [2, 4, 6, 9])), r(st.covariance([1, 2, 3], [1, 5, 7]))]
slope, intercept = st.linear_regression([1, 2, 3, 4], [3, 5, 7, 9.5])
nd = st.NormalDist(100, 15)
out += [r(slope), r(intercept), r(nd.cdf(115)), r(nd.pdf(100)), r(nd.inv_cdf(0.9)), r(nd.zscore(130)), repr(nd + 5), r((nd + nd).stdev), r(st.NormalDist.from_samples(data).mean), r(nd.overlap(st.NormalDist(110, 15)))]
for bad in (lambda: st.mean([]), lambda: st.median([]), lambda: st.mode([]), lambda: st.stdev([1]), lambda: st.geometric_mean([0, -1]), lambda: st.harmonic_mean([-1]), lambda: st.mean(["a"]), lambda: st.correlation([1], [1]), lambda: st.NormalDist(0, -1), lambda: st.quantiles([1, 2], n=0)):
    try:
        bad()
        out.append("ok")
    except Exception as e:
        out.append(type(e).__name__)
result = out + [issubclass(st.StatisticsError, ValueError)]
