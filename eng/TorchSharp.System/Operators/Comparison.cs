namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool allclose(Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) =>
            Aten.CallBool("aten::allclose", this, target, rtol, atol, equal_nan);
        public Tensor eq(Scalar target) => Aten.Call("aten::eq.Scalar", this, target);
        public Tensor eq(Tensor target) => Aten.Call("aten::eq.Tensor", this, target);
        public Tensor eq_(Scalar target) => Do("aten::eq_.Scalar", this, target);
        public Tensor eq_(Tensor target) => Do("aten::eq_.Tensor", this, target);
        public Tensor equal(Tensor target) => eq(target);
        public Tensor ge(Scalar target) => Aten.Call("aten::ge.Scalar", this, target);
        public Tensor ge(Tensor target) => Aten.Call("aten::ge.Tensor", this, target);
        public Tensor ge_(Scalar target) => Do("aten::ge_.Scalar", this, target);
        public Tensor ge_(Tensor target) => Do("aten::ge_.Tensor", this, target);
        public Tensor greater(Tensor target) => Aten.Call("aten::greater.Tensor", this, target);
        public Tensor greater_equal(Tensor target) => Aten.Call("aten::greater_equal.Tensor", this, target);
        public Tensor gt(Scalar target) => Aten.Call("aten::gt.Scalar", this, target);
        public Tensor gt(Tensor target) => Aten.Call("aten::gt.Tensor", this, target);
        public Tensor gt_(Scalar target) => Do("aten::gt_.Scalar", this, target);
        public Tensor gt_(Tensor target) => Do("aten::gt_.Tensor", this, target);
        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) =>
            Aten.Call("aten::isclose", this, other, rtol, atol, nanEqual);
        public Tensor isfinite() => Aten.Call("aten::isfinite", this);
        public Tensor isin(Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
            Aten.Call("aten::isin.Tensor_Tensor", this, test_elements, assumeUnique, invert);
        public Tensor isinf() => Aten.Call("aten::isinf", this);
        public Tensor isnan() => Aten.Call("aten::isnan", this);
        public Tensor isneginf() => Aten.Call("aten::isneginf", this);
        public Tensor isposinf() => Aten.Call("aten::isposinf", this);
        public Tensor isreal() => Aten.Call("aten::isreal", this);
        public Tensor le(Scalar target) => Aten.Call("aten::le.Scalar", this, target);
        public Tensor le(Tensor target) => Aten.Call("aten::le.Tensor", this, target);
        public Tensor le_(Scalar target) => Do("aten::le_.Scalar", this, target);
        public Tensor le_(Tensor target) => Do("aten::le_.Tensor", this, target);
        public Tensor less(Tensor target) => Aten.Call("aten::less.Tensor", this, target);
        public Tensor less_equal(Tensor target) => Aten.Call("aten::less_equal.Tensor", this, target);
        public Tensor less_equal_(Tensor target) => Do("aten::less_equal_.Tensor", this, target);
        public Tensor lt(Scalar target) => Aten.Call("aten::lt.Scalar", this, target);
        public Tensor lt(Tensor target) => Aten.Call("aten::lt.Tensor", this, target);
        public Tensor lt_(Scalar target) => Do("aten::lt_.Scalar", this, target);
        public Tensor lt_(Tensor target) => Do("aten::lt_.Tensor", this, target);
        public Tensor ne(Scalar target) => Aten.Call("aten::ne.Scalar", this, target);
        public Tensor ne(Tensor target) => Aten.Call("aten::ne.Tensor", this, target);
        public Tensor ne_(Scalar target) => Do("aten::ne_.Scalar", this, target);
        public Tensor ne_(Tensor target) => Do("aten::ne_.Tensor", this, target);
        public Tensor not_equal(Tensor target) => Aten.Call("aten::not_equal.Tensor", this, target);
        public Tensor not_equal_(Tensor target) => Do("aten::not_equal_.Tensor", this, target);
    }

    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1E-05, double atol = 1E-08, bool equal_nan = false) =>
        tensor.allclose(target, rtol, atol, equal_nan);
    public static Tensor eq(Tensor left, Tensor right) => left.eq(right);
    public static Tensor equal(Tensor tensor, Tensor target) => tensor.equal(target);
    public static Tensor ge(Tensor left, Tensor right) => left.ge(right);
    public static Tensor greater(Tensor tensor, Tensor target) => tensor.greater(target);
    public static Tensor greater_equal(Tensor tensor, Tensor target) => tensor.greater_equal(target);
    public static Tensor gt(Tensor left, Tensor right) => left.gt(right);
    public static bool is_nonzero(Tensor input) => input.is_nonzero();
    public static Tensor isclose(Tensor tensor, Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) =>
        tensor.isclose(other, rtol, atol, nanEqual);
    public static Tensor isfinite(Tensor tensor) => tensor.isfinite();
    public static Tensor isin(Tensor tensor, Tensor test_elements, bool assumeUnique = false, bool invert = false) =>
        tensor.isin(test_elements, assumeUnique, invert);
    public static Tensor isinf(Tensor tensor) => tensor.isinf();
    public static Tensor isnan(Tensor input) => input.isnan();
    public static Tensor isneginf(Tensor tensor) => tensor.isneginf();
    public static Tensor isposinf(Tensor tensor) => tensor.isposinf();
    public static Tensor isreal(Tensor tensor) => tensor.isreal();
    public static Tensor le(Tensor left, Tensor right) => left.le(right);
    public static Tensor less(Tensor tensor, Tensor target) => tensor.less(target);
    public static Tensor less_equal(Tensor tensor, Tensor target) => tensor.less_equal(target);
    public static Tensor lt(Tensor left, Tensor right) => left.lt(right);
    public static Tensor ne(Tensor left, Tensor right) => left.ne(right);
    public static Tensor not_equal(Tensor tensor, Tensor target) => tensor.not_equal(target);
}
