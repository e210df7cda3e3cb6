import * as schema from '../schema/index.ts'
import {
  createLogNormal,
  defineSeeder,
  fillVectors,
  hash,
  lastNames,
  unit,
  vocabulary,
} from '../src/index.ts'

const adjectives = vocabulary(
  'adjective',
  words(`
    Adjustable Bespoke Classic Compact Durable Elegant Ergonomic Essential Foldable
    Handcrafted Handmade Industrial Lightweight Luxurious Minimal Modern Polished
    Practical Premium Recycled Refined Rustic Sleek Slim Small Sturdy Timeless Vintage
  `),
)
const materials = vocabulary(
  'material',
  words(`
    Aluminum Bamboo Bronze Canvas Carbon Ceramic Cork Cotton Glass Granite Leather Linen
    Marble Oak Rubber Steel Walnut Wool
  `),
)
const products = vocabulary(
  'product',
  words(`
    Armchair Backpack Basket Bench Bookshelf Bottle Bowl Box Chair Clock Cushion Desk
    Frame Kettle Keyboard Lamp Mirror Mug Pan Pen Planter Rack Rug Shelf Speaker Stand
    Stool Table Tray Vase Wallet Watch
  `),
)
const trades = vocabulary(
  'trade',
  words(`
    Atelier Audio Craft Design Electronics Furniture Goods Home Living Lighting Outdoor
    Studio Supply Textiles Tools Trading Works
  `),
)

/** Cents. */
const prices = createLogNormal({ median: 3_900, sigma: 0.9 })
const stocks = createLogNormal({ median: 60, sigma: 1.1 })
const shareOutOfStock = 0.04
const cents = [99, 99, 99, 95, 95, 90, 50, 49, 0, 0]

export default defineSeeder(schema, (f) => {
  const brand = f.templates({
    parts: { last: lastNames, trade: trades },
    columns: { name: '{last} {trade}', website: 'https://{last:slug}-{trade:slug}.example' },
    isUnique: true,
  })
  const product = f.group(['brandRow', 'price', 'stock'], ({ random, table }) => {
    const brandKey = random('products/brand')
    const priceKey = random('products/price')
    const endingKey = random('products/ending')
    const stockKey = random('products/stock')
    const soldOutKey = random('products/sold out')
    const brands = table('brands')
    const firstBrand = brands.firstReferable
    const numberOfBrands = brands.firstRow + brands.count - firstBrand
    return fillVectors(
      {
        brandRow: { kind: 'number' },
        price: { kind: 'decimal', scale: 2 },
        stock: { kind: 'number' },
      },
      (rows, out) => {
        for (let i = 0; i < rows.count; i++) {
          const row = rows.numbers[i]!
          // Squared: a few brands make much of the catalog.
          const draw = unit(brandKey, row)
          out.brandRow.values[i] = firstBrand + Math.floor(draw * draw * numberOfBrands)
          const price = Math.floor(prices.at(hash(priceKey, row)) / 100) * 100
          out.price.values[i] = Math.max(99, price + cents[hash(endingKey, row) % cents.length]!)
          const isSoldOut = unit(soldOutKey, row) < shareOutOfStock
          out.stock.values[i] = isSoldOut ? 0 : Math.floor(stocks.at(hash(stockKey, row)))
        }
      },
    )
  })
  const article = f.templates({
    parts: {
      adjective: adjectives,
      material: materials,
      noun: products,
      number: { min: 100, max: 4_999 },
    },
    columns: {
      name: '{adjective} {material} {noun} {number}',
      description: '{adjective} {noun:slug} made of {material:slug}. Item no. {number}.',
    },
    isUnique: true,
  })
  return {
    brands: {
      count: 200,
      columns: {
        ...brand,
        country: f.valuesFromArray({
          values: [
            { weight: 60, values: ['DE', 'FR', 'IT', 'US', 'GB'] },
            { weight: 40, values: ['AT', 'CH', 'DK', 'ES', 'JP', 'NL', 'PL', 'PT', 'SE'] },
          ],
        }),
      },
    },
    products: {
      count: 5_000,
      columns: {
        brandId: f.reference('brands', { row: product.brandRow }),
        ...article,
        price: product.price,
        stock: product.stock,
        createdAt: f.timestamp(),
      },
    },
  }
})

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}
