import type { CategoryName } from './categories.ts'

/** A way of spending (or getting) money that happens now and then, with those who take it. */
export interface SpendingLine {
  readonly category: CategoryName
  /** Cents in the euro area; half of the amounts are below. */
  readonly median: number
  /** How far amounts differ, as for `createLogNormal`. */
  readonly sigma: number
  readonly step?: number
  readonly under?: number
  /** How often, relative to the other lines, in each kind of account. */
  readonly share: {
    readonly checking?: number
    readonly creditCard?: number
    readonly cash?: number
    readonly savings?: number
    readonly roundUps?: number
    /** Small things only: for accounts of very many transactions. */
    readonly daily?: number
  }
  /** January to December; 1 is usual. */
  readonly seasons?: readonly number[]
  /** On working days, Saturdays, Sundays; 1 is usual. */
  readonly days?: readonly [number, number, number]
  readonly texts: readonly string[]
}

const leisureDays = [0.75, 1.7, 1.5] as const
const shopDays = [0.9, 1.7, 0.4] as const
const holidays = [0.6, 0.8, 1, 1.1, 1.3, 1.6, 1.9, 1.3, 0.8, 0.8, 0.7, 0.9]

export const spendingLines: readonly SpendingLine[] = [
  {
    category: 'Groceries',
    median: 3_450,
    sigma: 0.62,
    share: { checking: 30, creditCard: 15, cash: 14, daily: 6 },
    days: [1, 1.5, 0.3],
    texts: [
      'Greenleaf Market',
      'Kaufmann Supermarket',
      'Corner Fresh',
      'Harvest & Co',
      'Bluebird Foods',
      'Nordmarkt',
      'Daily Basket',
      'The Pantry',
      'Marlow Grocers',
      'Sunfield Organic',
      'Orchard Street Market',
      'Fresco Supermercado',
      'Value Basket',
      'Mill Lane Farm Shop',
    ],
  },
  {
    category: 'Groceries',
    median: 690,
    sigma: 0.45,
    step: 5,
    share: { checking: 7, creditCard: 2, cash: 18, daily: 21 },
    days: [1, 1.2, 0.9],
    texts: [
      'Old Town Bakery',
      'Bakery Lindner',
      'Petit Four Bakery',
      'Saturday Market',
      'Sesame Convenience',
      'Station Kiosk',
      'Good Loaf',
      'Verde Greengrocer',
    ],
  },
  {
    category: 'Dining out',
    median: 2_750,
    sigma: 0.55,
    step: 10,
    share: { checking: 9, creditCard: 16, cash: 9, daily: 3 },
    days: leisureDays,
    texts: [
      'Trattoria Lucia',
      'Golden Wok',
      'Taverna Helios',
      'The Copper Pot',
      'Sakura Sushi',
      'Burger Yard',
      'Casa Miguel',
      'Bistro Marais',
      'Spice Route',
      'Harbour Grill',
      'Pho Saigon',
      'Blue Door Brasserie',
      'Pizzeria Vesuvio',
      'Green Fork',
    ],
  },
  {
    category: 'Dining out',
    median: 1_150,
    sigma: 0.3,
    step: 10,
    share: { checking: 6, creditCard: 4, cash: 9, daily: 13 },
    days: [1.3, 0.5, 0.3],
    texts: [
      'Lunchbox Deli',
      'Canteen at Riverside',
      'Noodle Bar 88',
      'Falafel Corner',
      'Soup & Co',
    ],
  },
  {
    category: 'Coffee and snacks',
    median: 480,
    sigma: 0.33,
    step: 10,
    share: { checking: 10, creditCard: 6, cash: 22, daily: 27 },
    days: [1.1, 1, 0.8],
    texts: [
      'Espresso Lab',
      'Third Wave Coffee',
      'Café Central',
      'Bean & Leaf',
      'Roastery No. 9',
      'Kiosk am Park',
      'Gelato Nonna',
      'The Daily Grind',
      'Corner Café',
    ],
  },
  {
    category: 'Transport',
    median: 380,
    sigma: 0.35,
    step: 10,
    share: { checking: 7, creditCard: 4, cash: 10, daily: 20 },
    days: [1.2, 0.8, 0.5],
    texts: ['Metro ticket', 'City Transit', 'Tram ticket', 'Bus day pass', 'Regional Rail'],
  },
  {
    category: 'Transport',
    median: 5_600,
    sigma: 0.3,
    share: { checking: 5, creditCard: 6, cash: 2 },
    texts: ['Northway Fuel', 'Delta Petrol', 'Ring Road Filling Station', 'Volta Charging'],
  },
  {
    category: 'Transport',
    median: 1_620,
    sigma: 0.45,
    step: 10,
    share: { checking: 2, creditCard: 4, cash: 4, daily: 2 },
    days: leisureDays,
    texts: ['City Cabs', 'Yellow Line Taxi', 'Hop Ride', 'Car park Old Town', 'Scoot Share'],
  },
  {
    category: 'Shopping',
    median: 3_900,
    sigma: 0.6,
    step: 100,
    under: 5,
    share: { checking: 5, creditCard: 10, cash: 3 },
    seasons: [1.3, 0.8, 1, 1, 1, 1, 1.2, 0.9, 1, 1, 1.4, 1.3],
    days: shopDays,
    texts: [
      'Linden & Grey',
      'Atelier Nord',
      'Stitch Outlet',
      'Kestrel Outdoor',
      'Shoe Gallery',
      'Marlene Fashion',
      'Cotton Club Store',
      'Peak Sports',
    ],
  },
  {
    category: 'Shopping',
    median: 2_400,
    sigma: 0.7,
    step: 100,
    under: 1,
    share: { checking: 6, creditCard: 13, daily: 1.5 },
    seasons: [1, 0.9, 1, 1, 1, 1, 1, 1, 1, 1, 1.6, 1.5],
    texts: [
      'Parcelbay order',
      'Everything Store online',
      'Wolkenkauf.example',
      'Bookmill',
      'Hobby Harbour',
      'Paper & Ink',
    ],
  },
  {
    category: 'Shopping',
    median: 7_900,
    sigma: 0.8,
    step: 1_000,
    under: 1,
    share: { checking: 1.5, creditCard: 4 },
    seasons: [1.1, 0.9, 1, 1, 1, 1, 1, 1, 1, 1, 1.9, 1.5],
    days: shopDays,
    texts: [
      'Pixelhaus Electronics',
      'Circuit City Corner',
      'Home & Hearth',
      'Möbelwerk',
      'Fixit DIY',
    ],
  },
  {
    category: 'Health',
    median: 1_640,
    sigma: 0.55,
    share: { checking: 4, creditCard: 3, cash: 4, daily: 2 },
    seasons: [1.4, 1.4, 1.2, 1, 0.9, 0.8, 0.8, 0.8, 1, 1.1, 1.3, 1.3],
    days: [1.1, 1, 0.2],
    texts: [
      'Linden Pharmacy',
      'City Pharmacy',
      'Apotheke am Markt',
      'Drugstore Rosa',
      'Wellness Drugs',
    ],
  },
  {
    category: 'Health',
    median: 6_200,
    sigma: 0.5,
    share: { checking: 1, creditCard: 0.7 },
    days: [1.3, 0.2, 0],
    texts: ['Dr. Weiss Dental', 'Riverside Physiotherapy', 'Optics Vogel', 'Dr. Amari Practice'],
  },
  {
    category: 'Entertainment',
    median: 2_200,
    sigma: 0.5,
    step: 50,
    share: { checking: 4, creditCard: 6, cash: 6 },
    days: leisureDays,
    texts: [
      'Odeon Cinema',
      'Lumière Cinema',
      'City Theatre',
      'The Blue Note',
      'Concert Hall tickets',
      'Museum of Modern Art',
      'Bowling Palace',
      'Zoo tickets',
      'Climbing Hall Nord',
    ],
  },
  {
    category: 'Entertainment',
    median: 1_400,
    sigma: 0.6,
    step: 100,
    under: 1,
    share: { checking: 1.5, creditCard: 4, daily: 2 },
    texts: ['Pixel Arcade Games', 'Steamship Games', 'Audio Shelf', 'Film Store rental'],
  },
  {
    category: 'Travel',
    median: 17_500,
    sigma: 0.6,
    share: { checking: 0.5, creditCard: 2 },
    seasons: holidays,
    texts: ['Meridian Air', 'Albatross Airways', 'Flyway', 'Northern Star Airlines', 'Condor Jet'],
  },
  {
    category: 'Travel',
    median: 14_800,
    sigma: 0.6,
    share: { checking: 0.5, creditCard: 2 },
    seasons: holidays,
    texts: [
      'Hotel Bellevue',
      'Harbour Inn',
      'Staywell Apartments',
      'Hotel Alpenblick',
      'Casa del Mar',
    ],
  },
  {
    category: 'Travel',
    median: 4_600,
    sigma: 0.5,
    step: 10,
    share: { checking: 1.2, creditCard: 2.4 },
    seasons: holidays,
    texts: ['Intercity Rail', 'Eurolink Trains', 'Coastline Ferries', 'Overland Coaches'],
  },
  {
    category: 'Gifts',
    median: 3_100,
    sigma: 0.55,
    step: 50,
    share: { checking: 1.6, creditCard: 2.5, cash: 2 },
    seasons: [0.5, 1, 0.8, 0.9, 1.2, 0.9, 0.7, 0.7, 0.7, 0.8, 1.6, 5],
    texts: [
      'Flower Corner',
      'Toy Castle',
      'Gift Boutique Anna',
      'Chocolaterie Dubois',
      'Bluebell Florist',
    ],
  },
  {
    category: 'Gifts',
    median: 2_000,
    sigma: 0.6,
    step: 500,
    share: { checking: 0.4, creditCard: 0.3, cash: 1 },
    seasons: [0.6, 0.8, 1, 1, 1, 1, 1, 1, 1, 1, 1.4, 3],
    texts: ['Donation Open Water Fund', 'Donation Children First', 'Donation Animal Shelter'],
  },
  {
    category: 'Refunds',
    median: 2_900,
    sigma: 0.5,
    step: 100,
    under: 1,
    share: { checking: 0.7, creditCard: 1.4, daily: 0.2 },
    seasons: [2.2, 1.2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.3],
    days: [1.3, 0.5, 0.1],
    texts: [
      'Refund Parcelbay',
      'Refund Atelier Nord',
      'Refund Everything Store',
      'Refund Shoe Gallery',
    ],
  },
  {
    category: 'Transfers in',
    median: 6_000,
    sigma: 0.6,
    step: 1_000,
    share: { savings: 55, roundUps: 0.4 },
    texts: ['Extra deposit', 'Deposit from checking', 'Birthday money'],
  },
  {
    category: 'Transfers in',
    median: 50,
    sigma: 0.4,
    share: { roundUps: 99.2 },
    texts: ['Round-up savings'],
  },
  {
    category: 'Transfers out',
    median: 9_000,
    sigma: 0.7,
    step: 1_000,
    share: { savings: 45, roundUps: 0.4 },
    seasons: [0.8, 0.8, 0.9, 0.9, 1.1, 1.3, 1.5, 1.2, 0.9, 0.9, 1.1, 1.5],
    texts: ['Withdrawal to checking', 'Transfer to checking'],
  },
]
