using System.Globalization;

namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Numbers
{
    public static string Integer(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Format(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>A value in a sentence: four significant digits.</summary>
    public static string Short(double value) => Format(value, "G4");

    /// <summary>A number of SVG: to a tenth of a unit, without a needless zero or sign.</summary>
    public static string Coordinate(double value)
    {
        var text = value.ToString("0.#", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>10 to a whole power, as a person writes it.</summary>
    public static string PowerOfTen(int exponent) =>
        "10" + string.Concat(Integer(exponent).Select(digit => digit == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit - '0']));
}
